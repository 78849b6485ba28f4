import { expect } from 'chai'
import { channel } from 'node:diagnostics_channel'
import { selfSigned } from '@/core/certificate.js'
import { CHANNEL_PREFIX, channels, type EventName } from '@/core/diagnostics.js'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { ManualClock } from '../support/manualClock.js'
import { opened } from '../support/opened.js'
import { clientWithPeer, PlainServer, portOfServer, serverWithPeer } from '../support/pair.js'
import { RawPeer } from '../support/rawPeer.js'
import { turns } from '../support/turns.js'
import { Bare, Witness } from '../support/witness.js'

const NAMES: readonly EventName[] = [
  ...(['open', 'turnedAway', 'opening', 'opened', 'length', 'answer', 'collision', 'withheld'] as const),
  ...(['payload', 'read', 'write', 'drain', 'timeout', 'limit', 'error', 'close'] as const),
  ...(['datagram', 'datagramDropped', 'datagramTrouble'] as const),
]

/** Everything published while it is open, as `name` and the event without its time and with bytes as hex. */
class Listening implements Disposable {
  readonly events: Record<string, unknown>[] = []
  readonly ids = new Set<unknown>()
  readonly times: number[] = []
  readonly #stops: (() => void)[] = []

  constructor(names: readonly EventName[] = NAMES) {
    for (const name of names) {
      const heard = (event: unknown): void => this.#note(name, event)
      channels[name].subscribe(heard)
      this.#stops.push(() => channels[name].unsubscribe(heard))
    }
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop()
  }

  named(name: EventName): Record<string, unknown>[] {
    return this.events.flatMap(({ name: told, ...event }) => (told === name ? [event] : []))
  }

  #note(name: EventName, event: unknown): void {
    if (typeof event !== 'object' || event === null || !('id' in event) || !('atMs' in event))
      throw new Error(`bare ${name}`)
    const { id, atMs, ...rest } = event
    this.ids.add(id)
    this.times.push(Number(atMs))
    const shown = Object.entries(rest).map(([key, value]) => [key, value instanceof Uint8Array ? hex(value) : value])
    this.events.push({ name, ...Object.fromEntries(shown) })
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('the diagnostics channels', () => {
  it('are called framewright.NAME, and each is listed', () => {
    expect(Object.keys(channels)).to.have.members([...NAMES])
    for (const name of NAMES) expect(channels[name]).to.equal(channel(CHANNEL_PREFIX + name))
  })

  it('tell the whole life of a connection in order, with one id and times that never go back', async () => {
    using listening = new Listening(NAMES.filter((name) => name !== 'read' && name !== 'write'))
    await using ends = await serverWithPeer(Witness)
    const { localPort, remotePort } = ends.peer.socket
    await ends.peer.open()
    await ends.peer.send('00000002 6162').expect('ff')
    const sent = ends.server.first.transmit(Buffer.from('c'))
    await ends.peer.expect('00000001')
    await ends.peer.send('ff').expect('63')
    await sent
    ends.peer.fin()
    await ends.server.first.over
    await turns()
    expect(listening.events).to.deep.equal([
      {
        name: 'open',
        role: 'acceptor',
        framing: 'handshake',
        local: `127.0.0.1:${remotePort}`,
        remote: `127.0.0.1:${localPort}`,
      },
      { name: 'opening', direction: 'outbound', byte: 0xff },
      { name: 'opening', direction: 'inbound', byte: 0xff },
      { name: 'opened' },
      { name: 'length', direction: 'inbound', bytes: 2 },
      { name: 'answer', direction: 'outbound', byte: 0xff, count: 1 },
      { name: 'payload', direction: 'inbound', state: 'started', bytes: 2 },
      { name: 'payload', direction: 'inbound', state: 'finished', bytes: 2 },
      { name: 'length', direction: 'outbound', bytes: 1 },
      { name: 'answer', direction: 'inbound', byte: 0xff, count: 1 },
      { name: 'payload', direction: 'outbound', state: 'started', bytes: 1 },
      { name: 'payload', direction: 'outbound', state: 'finished', bytes: 1 },
      { name: 'close' },
    ])
    expect([...listening.ids]).to.deep.equal([ends.server.first.id])
    expect(listening.times).to.deep.equal(listening.times.toSorted((a, b) => a - b))
  })

  it('read and write carry every byte of both directions', async () => {
    using listening = new Listening(['read', 'write'])
    await using ends = await serverWithPeer(Witness)
    await ends.peer.open()
    await ends.peer.send('00000002 6162').expect('ff')
    void ends.server.first.transmit(Buffer.from('c'))
    await ends.peer.expect('00000001')
    await ends.peer.send('ff').expect('63')
    const read = listening.named('read')
    const written = listening.named('write')
    expect(read.map(({ chunk }) => chunk).join('')).to.equal('ff000000026162ff')
    expect(read.every(({ bytes, chunk }) => String(chunk).length === Number(bytes) * 2)).to.equal(true)
    expect(written.map(({ chunk }) => chunk).join('')).to.equal('ffff0000000163')
    expect(written.every(({ offeredBytes, takenBytes }) => offeredBytes === takenBytes)).to.equal(true)
  })

  it('a partial write says what was offered and taken, and drain follows when there is room', async () => {
    using listening = new Listening(['write', 'drain'])
    await using ends = await clientWithPeer(Bare, { highWaterMarkBytes: 1_000, pipeline: true })
    const connection = await opened(ends)
    void connection.transmit(Buffer.alloc(5_000))
    await ends.peer.read(5_004)
    await turns(2)
    const [, first] = listening.named('write')
    expect(first).to.include({ offeredBytes: 5_004, takenBytes: 1_000 })
    expect(listening.named('drain')[0]).to.deep.equal({ waitingBytes: 4_004 })
    const taken = listening.named('write').reduce((sum, { takenBytes }) => sum + Number(takenBytes), 0)
    expect(taken).to.equal(5_005)
  })

  it('withheld says why an answer waits', async () => {
    using listening = new Listening(['withheld'])
    const gate = new Gate()
    class Late extends Witness {
      protected override preLoop(): Promise<void> {
        return gate.pass()
      }
      protected override transmissionOffered(): Promise<boolean> {
        return Promise.resolve(true)
      }
    }
    await using ends = await serverWithPeer(Late, { maxFirstMessageBytes: 1 })
    await ends.peer.open()
    ends.peer.send('00000002')
    await gate.reached
    await turns(3)
    gate.open()
    await ends.peer.expect('ff')
    expect(listening.named('withheld')).to.deep.equal([
      { bytes: 2, reason: 'preLoop' },
      { bytes: 2, reason: 'consent' },
    ])
  })

  it('collision is told when both ends speak at once', async () => {
    using listening = new Listening(['collision'])
    await using ends = await clientWithPeer(Bare)
    const connection = await opened(ends)
    void connection.transmit(Buffer.from('a'))
    await ends.peer.expect('00000001')
    await ends.peer.send('00000001').expect('61 ff')
    expect(listening.named('collision')).to.deep.equal([{}])
  })

  it('turnedAway tells of a newcomer who found no place, and no connection is told of', async () => {
    await using ends = await serverWithPeer(Witness, { connectionLimit: 1 })
    await ends.peer.open()
    while (ends.server.first.phase !== 'open') await turns()
    using listening = new Listening()
    await using late = await RawPeer.connect(portOfServer(ends.server))
    await late.expect('fe')
    const [local, remote] = [`127.0.0.1:${late.socket.remotePort}`, `127.0.0.1:${late.socket.localPort}`]
    expect(listening.events).to.deep.equal([{ name: 'turnedAway', local, remote }])
  })

  for (const [what, act, code] of [
    ['speaks no TLS', (peer: RawPeer) => peer.send(Buffer.from('GET / HTTP/1.1')), 'TLS_FAILED'],
    ['resets in its TLS hello', (peer: RawPeer) => peer.rst(), 'CONNECTION_RESET'],
  ] as const)
    it(`turnedAway tells of a newcomer who ${what}, and why`, async () => {
      const tls = await selfSigned()
      using listening = new Listening()
      await using server = new PlainServer({ listen: [0], handler: Witness, tls })
      await server.start()
      await using stranger = await RawPeer.connect(portOfServer(server))
      await turns(3)
      act(stranger)
      while (listening.events.length === 0) await turns()
      expect(listening.events.map(({ name, error }) => [name, codeOf(error)])).to.deep.equal([['turnedAway', code]])
    })

  it('limit and error tell what was refused, and close the cause', async () => {
    using listening = new Listening(['limit', 'error', 'close'])
    await using ends = await serverWithPeer(Witness, { maxMessageBytes: 10 })
    await ends.peer.open()
    await ends.peer.send('0000000b').expect('00')
    ends.peer.fin()
    const cause = await ends.server.first.over
    await turns()
    expect(listening.events).to.deep.equal([
      { name: 'limit', code: 'MESSAGE_TOO_LARGE', bytes: 11, limit: 10 },
      { name: 'error', error: cause },
      { name: 'close', cause },
    ])
  })

  it('timeout tells which time ran out, once', async () => {
    using listening = new Listening(['timeout'])
    const clock = new ManualClock()
    await using ends = await serverWithPeer(Witness, { clock, openingTimeoutMs: 400 })
    await ends.peer.expect('ff')
    await clock.passUntil(ends.server.first.over, 100)
    expect(listening.named('timeout')).to.deep.equal([{ code: 'OPENING_TIMEOUT', limitMs: 400 }])
  })

  it('are silent and unbuilt while nobody listens: the clock is not even asked what time it is', async () => {
    let asked = 0
    const clock = new ManualClock()
    const counting = {
      now: (): number => {
        asked++
        return clock.now()
      },
      after: (ms: number, run: () => void) => clock.after(ms, run),
      every: (ms: number, run: () => void) => clock.every(ms, run),
    }
    await using ends = await serverWithPeer(Witness, { clock: counting })
    await ends.peer.open()
    await ends.peer.send('00000000').expect('ff')
    const before = asked
    for (let at = 0; at < 10; at++) {
      await ends.peer.send('00000001 61').expect('ff')
      void ends.server.first.transmit(Buffer.from('b'))
      await ends.peer.expect('00000001')
      await ends.peer.send('ff').expect('62')
    }
    expect(asked).to.equal(before)
  })
})
