import { expect } from 'chai'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type DatagramOptions, type DatagramSender, Datagrams } from '@/core/index.js'
import { caught } from '../support/caught.js'
import { Ear } from '../support/ear.js'
import { Gate } from '../support/gate.js'
import { ManualClock } from '../support/manualClock.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { warningsOf } from '../support/warnings.js'

const HOST = '127.0.0.1'

describe('datagrams', () => {
  const opened: Datagrams[] = []
  const open = async <D extends Datagrams>(datagrams: D): Promise<D> => {
    opened.push(datagrams)
    await datagrams.open()
    return datagrams
  }
  const ear = (options: DatagramOptions = {}): Promise<Ear> => open(new Ear({ host: HOST, ...options }))
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((datagrams) => datagrams.close()))
  })

  it('come whole, in order and with their sender, the empty and the largest too', async () => {
    const [a, b] = [await ear(), await ear()]
    const largest = 'x'.repeat(65_507)
    for (const text of ['one', '', 'three', largest]) await a.send(Buffer.from(text), b.address)
    expect(await b.hears(4)).to.deep.equal(['one', '', 'three', largest])
    expect(b.senders[0]).to.deep.equal({ host: HOST, port: a.address.port })
    await b.send(Buffer.from('back'), b.senders[0] ?? 0)
    expect(await a.hears(1)).to.deep.equal(['back'])
    expect(a.counts).to.include({ sent: 4, sentBytes: 8 + 65_507, received: 1, receivedBytes: 4, unsent: 0 })
    expect(b.counts).to.include({ received: 4, receivedBytes: 8 + 65_507, sent: 1 })
  })

  it('of several sockets on one port reach all of them by broadcast', async () => {
    const first = await ear({ host: '0.0.0.0', reuseAddr: true })
    const { port } = first.address
    const second = await ear({ host: '0.0.0.0', reuseAddr: true, port })
    const sender = await ear({ broadcastAddresses: ['127.255.255.255'] })
    await sender.broadcast(Buffer.from('all'), { port })
    expect(await first.hears(1)).to.deep.equal(['all'])
    expect(await second.hears(1)).to.deep.equal(['all'])
  })

  it('at port 0 have a port that nobody has, though it may be shared', async () => {
    const ports = new Set<number>()
    for (let count = 0; count < 600; count++) ports.add((await ear({ reuseAddr: true })).address.port)
    expect(ports.size).to.equal(600)
  })

  it('larger than maxDatagramBytes are not sent, and dropped and counted when they come', async () => {
    const [a, b] = [await ear(), await ear({ maxDatagramBytes: 3 })]
    await a.send(Buffer.from('four'), b.address)
    await a.send(Buffer.from('3!!'), b.address)
    expect(await b.hears(1)).to.deep.equal(['3!!'])
    expect(b.counts).to.include({ received: 1, droppedForSize: 1 })
    const error = await rejection(b.send(Buffer.from('four'), a.address))
    expect(error).to.include({ code: 'DATAGRAM_TOO_LARGE', fault: 'local' })
    expect(error.detail).to.deep.equal({ bytes: 4, limit: 3 })
  })

  it('that find too many waiting are dropped and counted, and those that wait at the close, too', async () => {
    const gate = new Gate()
    const seen: string[] = []
    class Slow extends Datagrams {
      protected override datagramReceived(message: Buffer): Promise<void> {
        seen.push(message.toString())
        return gate.pass()
      }
    }
    const slow = await open(new Slow({ host: HOST, maxWaitingDatagrams: 2 }))
    const a = await ear()
    for (let i = 0; i < 5; i++) await a.send(Buffer.from(String(i)), slow.address)
    while (slow.counts.received + slow.counts.droppedForRoom < 5) await turns()
    expect(slow.counts).to.include({ received: 3, droppedForRoom: 2 })
    await slow.close()
    gate.open()
    await turns(2)
    expect(seen).to.deep.equal(['0'])
    expect(slow.counts).to.include({ droppedAtClose: 2 })
  })

  it('go on being handled when a hook throws, and when errorRaised throws as well', async () => {
    const warned: Error[] = []
    const onWarning = (warning: Error): void => void warned.push(warning)
    process.on('warning', onWarning)
    class Bad extends Ear {
      protected override datagramReceived(message: Buffer, from: DatagramSender): void | Promise<void> {
        void super.datagramReceived(message, from)
        throw new Error('no')
      }
      protected override errorRaised(): void {
        throw new Error('neither')
      }
    }
    const bad = await open(new Bad({ host: HOST }))
    const a = await ear()
    await a.send(Buffer.from('1'), bad.address)
    await a.send(Buffer.from('2'), bad.address)
    await bad.hears(2)
    await turns()
    process.off('warning', onWarning)
    expect(warned.map(({ message }) => message)).to.deep.equal(
      Array(2).fill('a hook threw (hook: errorRaised, says: neither)'),
    )
  })

  it('that the system refuses are counted, reported and rejected, and the socket goes on', async () => {
    const [a, b] = [await ear(), await ear()]
    // A socket of 127.0.0.1 has no way to a broadcast address it was not made for.
    const error = await rejection(a.send(Buffer.from('x'), { host: '255.255.255.255', port: 9 }))
    expect(error).to.include({ code: 'DATAGRAM_UNSENT', fault: 'system' })
    expect(error.detail['system']).to.be.oneOf(['EACCES', 'ENETUNREACH', 'EPERM'])
    expect(a.troubles).to.deep.equal([error])
    expect(a.counts).to.include({ unsent: 1, sent: 0 })
    await a.send(Buffer.from('still there'), b.address)
    expect(await b.hears(1)).to.deep.equal(['still there'])
  })

  it('beyond what may be on its way to the system are OUTBOX_FULL, and one may always be', async () => {
    const b = await ear()
    const byNumber = await ear({ maxUnsentDatagrams: 1 })
    const first = byNumber.send(Buffer.from('1'), b.address)
    expect((await rejection(byNumber.send(Buffer.from('2'), b.address))).code).to.equal('OUTBOX_FULL')
    await first
    await byNumber.send(Buffer.from('3'), b.address)
    const byBytes = await ear({ maxUnsentBytes: 3 })
    const large = byBytes.send(Buffer.from('large'), b.address)
    expect((await rejection(byBytes.send(Buffer.from('4'), b.address))).code).to.equal('OUTBOX_FULL')
    await large
    expect(await b.hears(3)).to.deep.equal(['1', '3', 'large'])
  })

  it('need an address that can be sent to, and bytes', async () => {
    const a = await ear()
    expect((await rejection(a.send(Buffer.from('x'), { host: HOST, port: 0 }))).code).to.equal('ADDRESS_INVALID')
    expect((await rejection(a.send(Buffer.from('x'), 'unix:/tmp/x'))).code).to.equal('ADDRESS_INVALID')
    // @ts-expect-error text is not bytes
    expect((await rejection(a.send('text', { host: HOST, port: 9 }))).code).to.equal('NOT_BYTES')
    expect((await rejection(a.sendToGroup(Buffer.from('x')))).code).to.equal('ADDRESS_INVALID')
    expect((await rejection(a.broadcast(Buffer.from('x')))).code).to.equal('ADDRESS_INVALID')
  })

  it('may share one signal, however many they are', async () => {
    const a = await ear()
    const { signal } = new AbortController()
    const send = (): Promise<void> => a.send(Buffer.from('x'), { host: HOST, port: 9 }, { signal })
    expect(await warningsOf(() => Promise.all(Array.from({ length: 20 }, send)))).to.deep.equal([])
  })

  it('are given up by a signal before they are given to the system', async () => {
    const a = await ear()
    const error = await rejection(a.send(Buffer.from('x'), { host: HOST, port: 9 }, { signal: AbortSignal.abort() }))
    expect(error.code).to.equal('ABORTED')
    expect(a.counts.sent).to.equal(0)
    const late = new AbortController()
    const sending = a.send(Buffer.from('x'), { host: 'localhost', port: 9 }, late)
    late.abort()
    expect((await rejection(sending)).code).to.equal('ABORTED')
  })

  it('cannot be sent before open and after close, and open again afterwards', async () => {
    const a = new Ear({ host: HOST })
    expect((await rejection(a.send(Buffer.from('x'), 9))).code).to.equal('NOT_OPEN')
    expect(caught(() => a.address).code).to.equal('NOT_OPEN')
    await open(a)
    expect((await rejection(a.open())).code).to.equal('ALREADY_STARTED')
    await Promise.all([a.close(), a.close()])
    expect((await rejection(a.send(Buffer.from('x'), 9))).code).to.equal('NOT_OPEN')
    await open(a)
    await a.send(Buffer.from('self'), a.address)
    expect(await a.hears(1)).to.deep.equal(['self'])
  })

  it('leave before close is done, and a close waits for an open that is under way', async () => {
    const b = await ear()
    const a = new Ear({ host: HOST })
    const opening = open(a)
    const closing = a.close()
    await opening
    await closing
    expect((await rejection(a.send(Buffer.from('x'), b.address))).code).to.equal('NOT_OPEN')
    await a.open()
    const sent = a.send(Buffer.from('last'), b.address)
    await a.close()
    await sent
    expect(await b.hears(1)).to.deep.equal(['last'])
  })

  it('that are still being looked up when close has waited for long enough reject with CLOSED', async () => {
    const clock = new ManualClock()
    const a = await ear({ clock })
    const sending = a.send(Buffer.from('x'), { host: 'localhost', port: 9 })
    const closing = a.close()
    while (clock.pending === 0) await Promise.resolve()
    clock.advance(5_000)
    expect((await rejection(sending)).code).to.equal('CLOSED')
    await closing
  })

  it('do not open where another socket is bound, nor with a signal that says stop; nothing is left then', async () => {
    const a = await ear()
    const again = new Ear({ host: HOST, port: a.address.port })
    expect((await rejection(again.open())).code).to.equal('ADDRESS_IN_USE')
    const elsewhere = new Ear({ host: '192.0.2.1' })
    const error = await rejection(elsewhere.open())
    expect(error).to.include({ code: 'LISTEN_FAILED' })
    expect(error.detail).to.deep.equal({ address: '192.0.2.1:0', system: 'EADDRNOTAVAIL' })
    const stopped = new AbortController()
    const opening = again.open(stopped)
    stopped.abort()
    expect((await rejection(opening)).code).to.equal('ABORTED')
    expect((await rejection(again.open({ signal: AbortSignal.abort() }))).code).to.equal('ABORTED')
  })

  it('have options that are checked', () => {
    const invalid: DatagramOptions[] = [
      { host: 'localhost' },
      { port: 65_536 },
      { group: '127.0.0.1' },
      { group: '240.0.0.0' },
      { broadcastAddresses: ['everybody'] },
      { maxDatagramBytes: 65_508 },
      { multicastTtl: 256 },
    ]
    for (const options of invalid) expect(caught(() => new Ear(options)).code).to.equal('OPTION_INVALID')
  })

  it('are told on their channels', async () => {
    const events: unknown[] = []
    const listener = (event: unknown, channel: string | symbol): void => {
      events.push({ channel, ...Object(event) })
    }
    const names = ['datagram', 'datagramDropped', 'datagramTrouble'].map((name) => `framewright.${name}`)
    for (const name of names) subscribe(name, listener)
    try {
      const clock = new ManualClock()
      const [a, b] = [await ear({ clock }), await ear({ clock, maxDatagramBytes: 2 })]
      await a.send(Buffer.from('hi'), b.address)
      await a.send(Buffer.from('large'), b.address)
      await b.hears(1)
      while (b.counts.droppedForSize === 0) await turns()
      const [from, to] = [`${HOST}:${a.address.port}`, `${HOST}:${b.address.port}`]
      const chunk = Buffer.from('hi')
      const byName = (name: string, id: string): unknown[] =>
        events.filter(
          (event) =>
            Reflect.get(Object(event), 'channel') === `framewright.${name}` && Reflect.get(Object(event), 'id') === id,
        )
      const common = { channel: 'framewright.datagram', atMs: 0, bytes: 2, chunk }
      expect(byName('datagram', a.id)[0]).to.deep.equal({ ...common, id: a.id, direction: 'outbound', remote: to })
      expect(byName('datagram', b.id)).to.deep.equal([{ ...common, id: b.id, direction: 'inbound', remote: from }])
      expect(byName('datagramDropped', b.id)).to.deep.equal([
        { channel: 'framewright.datagramDropped', atMs: 0, id: b.id, bytes: 5, remote: from, reason: 'size' },
      ])
      const error = await rejection(a.send(Buffer.from('x'), { host: '255.255.255.255', port: 9 }))
      expect(byName('datagramTrouble', a.id)).to.deep.equal([
        { channel: 'framewright.datagramTrouble', atMs: 0, id: a.id, error },
      ])
    } finally {
      for (const name of names) unsubscribe(name, listener)
    }
  })
})
