import { expect } from 'chai'
import { PacketDesk } from '@/protocols/stp/packetDesk.js'
import { Routes } from '@/protocols/stp/routes.js'
import { identityFrom, readRemoteKey } from '@/protocols/stp/rsaKeys.js'
import { sealBlock } from '@/protocols/stp/sealedBody.js'
import { nothingCounted } from '@/protocols/stp/stpCounts.js'
import { stpSettingsOf } from '@/protocols/stp/stpOptions.js'
import type { TransportError } from '@/errors.js'
import { headerWith, rawPacket } from '../../support/stpPackets.js'
import { STP_KEYS } from '../../support/stpRecordings.js'
import { turns } from '../../support/turns.js'

const packet = (name: string, bytes: number): Buffer =>
  rawPacket(headerWith(), JSON.stringify({ msg: [name, 'x'.repeat(bytes)] }))

const identity = identityFrom(STP_KEYS.listener.private_key_pem)
const sealed = (name: string): Buffer => {
  const key = readRemoteKey(identity.publicKeyHex)
  if (key === undefined) throw new Error('no key')
  return rawPacket(headerWith({ encrypted: true }), sealBlock(Buffer.from(JSON.stringify({ msg: [name] })), key))
}

describe('an STP packet', () => {
  const scene = () => {
    const heard: unknown[] = []
    const dropped: string[] = []
    const routes = new Routes((_what, handler, arrived) => handler(arrived))
    routes.addMiddleware((data) => {
      heard.push(Array.isArray(data) ? data[0] : data)
    })
    const desk = new PacketDesk(stpSettingsOf({}), {
      session: 'own',
      counts: nothingCounted(),
      routes,
      identity: () => identity,
      heardFrom: () => {},
      asked: () => {},
      packetDropped: ({ code }: TransportError) => void dropped.push(code),
      failed: (error) => {
        throw error
      },
    })
    const take = (...packets: readonly Buffer[]): void => {
      for (const each of packets) desk.take(each, '10.0.0.1', 'TCP')
    }
    return { desk, take, heard, dropped }
  }

  it('that is large is read after others have had their turn, and before the packets behind it', async () => {
    const { take, heard } = scene()
    take(packet('small', 0), packet('large', 300_000), packet('next', 0), packet('larger', 1_000_000))
    expect(heard).to.deep.equal(['small'])
    await turns()
    expect(heard.slice(0, 2)).to.deep.equal(['small', 'large'])
    while (heard.length < 4) await turns()
    expect(heard).to.deep.equal(['small', 'large', 'next', 'larger'])
  })

  it('that is large is dropped, with those behind it, when the node closes before its turn', async () => {
    const { desk, take, heard, dropped } = scene()
    take(packet('large', 300_000), packet('next', 0))
    desk.clear()
    expect(dropped).to.deep.equal(['CLOSED', 'CLOSED'])
    take(packet('later', 0))
    while (heard.length < 1) await turns()
    await turns(2)
    expect(heard).to.deep.equal(['later'])
  })

  it('that is sealed is opened beside the event loop, and read before the packets behind it', async () => {
    const { take, heard } = scene()
    const count = 40
    take(...Array.from({ length: count }, (_, at) => sealed(`sealed ${at}`)), packet('plain', 0))
    expect(heard).to.deep.equal([])
    const most = { atOnce: 0 }
    for (let before = 0; heard.length <= count; before = heard.length) {
      await turns()
      most.atOnce = Math.max(most.atOnce, heard.length - before)
    }
    expect(heard).to.deep.equal([...Array.from({ length: count }, (_, at) => `sealed ${at}`), 'plain'])
    expect(most.atOnce, 'read in one turn of the loop').to.be.below(count / 2)
  })

  it('that is being opened is dropped, with those behind it, when the node closes', async () => {
    const { desk, take, heard, dropped } = scene()
    take(sealed('sealed'), packet('next', 0))
    desk.clear()
    expect(dropped).to.deep.equal(['CLOSED', 'CLOSED'])
    take(packet('later', 0))
    while (heard.length < 1) await turns()
    await turns(2)
    expect(heard).to.deep.equal(['later'])
  })
})
