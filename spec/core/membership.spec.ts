import { expect } from 'chai'
import type { DatagramOptions } from '@/core/index.js'
import { Ear } from '../support/ear.js'
import { ManualClock } from '../support/manualClock.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'

const GROUP = '239.192.1.211'
const LOOPBACK = { group: GROUP, multicastInterface: '127.0.0.1', reuseAddr: true }

describe('membership of a multicast group', () => {
  const opened: Ear[] = []
  const open = async (options: DatagramOptions): Promise<Ear> => {
    const ear = new Ear(options)
    opened.push(ear)
    await ear.open()
    return ear
  }
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((ear) => ear.close()))
  })

  it('lets all sockets on one port of one machine hear what is sent to the group, the sender too', async () => {
    const first = await open(LOOPBACK)
    const { port } = first.address
    const second = await open({ ...LOOPBACK, port })
    await first.sendToGroup(Buffer.from('both'))
    expect(await first.hears(1)).to.deep.equal(['both'])
    expect(await second.hears(1)).to.deep.equal(['both'])
    expect(second.senders).to.deep.equal([{ host: '127.0.0.1', port }])
    expect([first.joined, second.joined]).to.deep.equal([true, true])
  })

  it('is not needed to send to it', async () => {
    const member = await open(LOOPBACK)
    const outsider = await open({ ...LOOPBACK, joinGroup: false })
    await outsider.sendToGroup(Buffer.from('by its port'), { port: member.address.port })
    await outsider.send(Buffer.from('by address'), { host: GROUP, port: member.address.port })
    expect(await member.hears(2)).to.deep.equal(['by its port', 'by address'])
    expect(outsider.joined).to.equal(false)
  })

  it('is taken when its interface appears, lost when that goes, and taken again when it is back', async () => {
    const clock = new ManualClock()
    let at = '192.0.2.1'
    const comes = await open({ ...LOOPBACK, clock, multicastInterface: () => at })
    const { port } = comes.address
    const sender = await open(LOOPBACK)
    const [trouble] = comes.troubles
    expect(trouble).to.include({ code: 'GROUP_UNREACHED', fault: 'system' })
    expect(trouble?.detail).to.deep.equal({ group: GROUP, interface: '192.0.2.1', system: 'EADDRNOTAVAIL' })
    expect(comes.joined).to.equal(false)
    expect(await rejection(comes.sendToGroup(Buffer.from('leak')))).to.equal(trouble)

    clock.advance(4_999)
    at = '127.0.0.1'
    expect(comes.joined).to.equal(false)
    clock.advance(1)
    expect(comes.joined).to.equal(true)
    await sender.sendToGroup(Buffer.from('there'), { port })
    expect(await comes.hears(1)).to.deep.equal(['there'])

    at = '192.0.2.1'
    clock.advance(10_000)
    expect(comes.joined).to.equal(false)
    at = '127.0.0.1'
    clock.advance(5_000)
    expect(comes.joined).to.equal(true)
    await comes.sendToGroup(Buffer.from('back'), { port })
    expect(await comes.hears(2)).to.deep.equal(['there', 'back'])

    expect(comes.troubles, 'one report for each time it went').to.have.lengthOf(2)
    expect(comes.counts.unjoined).to.equal(3)
  })

  it('can be asked for by the name of an interface; one that is not there is ENODEV', async () => {
    const clock = new ManualClock()
    const nowhere = await open({ ...LOOPBACK, clock, multicastInterface: 'none0' })
    expect(nowhere.troubles.map(({ detail }) => detail)).to.deep.equal([{ group: GROUP, system: 'ENODEV' }])
    clock.advance(50_000)
    await turns()
    expect(nowhere.troubles).to.have.lengthOf(1)
    expect(nowhere.counts.unjoined).to.equal(11)
  })

  it('is asked for by a timer that ends with the socket', async () => {
    const clock = new ManualClock()
    const ear = await open({ ...LOOPBACK, clock })
    clock.advance(60_000)
    expect(ear.joined).to.equal(true)
    expect(ear.counts.unjoined).to.equal(0)
    await ear.close()
    expect(clock.pending).to.equal(0)
    const without = await open({ clock })
    expect(clock.pending).to.equal(0)
    expect(without.joined).to.equal(false)
  })
})
