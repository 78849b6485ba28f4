import { expect } from 'chai'
import type { ClientOptions } from '@/core/client.js'
import type { ServerOptions } from '@/core/serverOptions.js'
import { type Code, TransportError } from '@/errors.js'
import { ManualClock } from '../support/manualClock.js'
import { PlainClient, PlainServer, portOfServer } from '../support/pair.js'
import { messagesIn, payloadsOf, pluginsOf, type RecordedMeta, servedIn, summaryOf } from '../support/recordedPeers.js'
import { playClient, playServer, type RecordedStep, type Recording, recordingsOf, streamOf } from '../support/replay.js'
import { codeOf } from '../support/codeOf.js'
import { Witness } from '../support/witness.js'

type Case = Recording<RecordedMeta>
const RECORDINGS = recordingsOf<RecordedMeta>('tinyproto')
const LARGE = { maxMessageBytes: 0xf0ff_ffff, maxMemoryBytes: 2 ** 40 }

/** Where our end does something else than was recorded, because what was recorded is not to be copied. */
interface Otherwise<Options> {
  readonly options?: Options
  readonly steps?: (steps: readonly RecordedStep[]) => readonly RecordedStep[]
  /** What our end received; as recorded unless given. */
  readonly received?: readonly []
  readonly cause?: Code | readonly Code[]
}

const without =
  (at: number) =>
  (steps: readonly RecordedStep[]): RecordedStep[] =>
    steps.filter((_, index) => index !== at)
const fresh = (from: 'client' | 'server', ...digits: string[]): RecordedStep[] => digits.map((hex) => ({ from, hex }))

describe('a recorded tinyproto 3.0 client, played against our server', () => {
  const OTHERWISE: Readonly<Record<string, Otherwise<ServerOptions<Witness>>>> = {
    'size-16MiB-plus-5': { options: LARGE },
    'reject-oversize': { cause: 'MESSAGE_TOO_LARGE' },
    'accept-maximum': { options: LARGE, cause: 'FRAME_TRUNCATED', received: [] },
    'close-mid-payload-fin': { cause: 'FRAME_TRUNCATED', received: [] },
    // where the reset overtakes the reading of the bytes before it, the system reports an end of the stream
    'close-mid-payload-rst': { cause: ['CONNECTION_RESET', 'FRAME_TRUNCATED'], received: [] },
    'close-mid-header-nonzero': { steps: without(4), cause: 'FRAME_TRUNCATED', received: [] },
    'reset-while-idle': { cause: 'CONNECTION_RESET', received: [] },
    'client-rejects-echo': { cause: 'MESSAGE_REFUSED' },
    'handshake-wrong-byte': { cause: 'OPENING_REFUSED' },
    // the server was a script: ours does the same by its own rules
    'server-rejects-client': { options: { maxMessageBytes: 3 }, cause: 'MESSAGE_TOO_LARGE', received: [] },
    'eager-window-against-echo': { cause: 'COLLISION' },
  }
  const APART = [/^limit-exceeded/, /^handshake-limit-status$/, /^header-instead-of-ok$/, /^collision-both-transmit$/]

  for (const recording of RECORDINGS.filter(({ name }) => !APART.some((apart) => apart.test(name)))) {
    const { name, description, meta, steps } = recording
    it(`${name}: ${description}`, async () => {
      const otherwise = OTHERWISE[name] ?? {}
      const clock = new ManualClock()
      const options = { listen: [0], clock, handler: servedIn(recording), ...pluginsOf(meta), ...otherwise.options }
      await using server = new PlainServer<Witness>(options)
      await server.start()
      await using replay = await playClient(otherwise.steps?.(steps) ?? steps, portOfServer(server))

      if (meta.serverMode === 'push') await clock.passUntil(replay.played, 1)
      await replay.played
      const resets = steps.some(({ close }) => close === 'rst')
      expect(await clock.passUntil(replay.ended)).to.equal(resets ? await replay.ended : 'fin')
      const connection = server.first
      expect(codeOf(await clock.passUntil(connection.over))).to.be.oneOf([otherwise.cause].flat())
      expect(summaryOf(connection.messages)).to.deep.equal(otherwise.received ?? recordedMessages(meta.serverReceived))
    })
  }

  it('limit-exceeded: the second of two clients is told fe, and the first is served on', async () => {
    const second = only('handshake-limit-status')
    const first = only('limit-exceeded-first-peer')
    await using server = new PlainServer({ listen: [0], connectionLimit: 1, handler: servedIn(first) })
    await server.start()
    const before = first.steps.slice(0, 2)
    const [opening, rest] = [before, [...first.steps.slice(2, -1), { from: 'client', close: 'fin' } as const]]
    await using one = await playClient([...opening, ...rest], portOfServer(server))
    await using other = await playClient(second.steps.slice(0, 2), portOfServer(server))
    await one.played
    await other.played
    expect([await one.ended, await other.ended]).to.deep.equal(['fin', 'fin'])
  })

  for (const name of ['header-instead-of-ok', 'collision-both-transmit']) {
    it(`${name}: our server keeps its payload back, and reports the end of such a client as COLLISION or FRAME_TRUNCATED`, async () => {
      const { steps } = only(name)
      const size = streamOf(steps, 'server').readUInt32BE(1)
      class Speaking extends Witness {
        protected override preLoop(): void {
          void this.transmit(Buffer.alloc(size))
        }
      }
      await using server = new PlainServer({ listen: [0], handler: Speaking, lingerMs: 1 })
      await server.start()
      await using replay = await playClient(
        steps.slice(0, -1).concat({ from: 'client', close: 'fin' }),
        portOfServer(server),
      )
      await replay.played
      expect(await replay.ended).to.equal('fin')
      expect(codeOf(await server.first.over)).to.be.oneOf(['COLLISION', 'FRAME_TRUNCATED'])
    })
  }
})

describe('a recorded tinyproto 3.0 server, played against our client', () => {
  const OTHERWISE: Readonly<Record<string, Otherwise<ClientOptions<Witness>>>> = {
    'client-rejects-echo': { options: { maxMessageBytes: 2 }, cause: 'MESSAGE_TOO_LARGE' },
    'server-rejects-client': { cause: 'MESSAGE_REFUSED' },
    'windowed-eager': { options: { pipeline: true } },
    'eager-request-reply': { options: { pipeline: true } },
    'zero-rtt-first-message': { options: { pipeline: true } },
    // it answers the header that the reference sends and then never follows up
    'eager-window-against-echo': {
      options: { pipeline: true },
      steps: (steps) => [...steps.slice(0, 4), ...fresh('client', 'ff'), ...steps.slice(4)],
      cause: 'MESSAGE_TIMEOUT',
      received: [],
    },
    // as the end that opened the connection it sends its payload, then the answer it owes
    'header-instead-of-ok': {
      steps: (steps) => [...steps.slice(0, 4), ...fresh('client', '6f6b6179', 'ff'), { from: 'client', close: 'fin' }],
      cause: 'COLLISION',
      received: [],
    },
    'collision-both-transmit': {
      steps: (steps) => [
        ...steps.slice(0, 4),
        ...fresh('client', '6f6b6179', '6f6bff'),
        { from: 'client', close: 'fin' },
      ],
      cause: 'COLLISION',
      received: [],
    },
  }
  const NOT_OURS: Readonly<Record<string, string>> = {
    'reject-oversize': 'it refuses such a size itself',
    'accept-maximum': 'it does not break off inside a payload while it lives',
    'close-mid-payload-fin': 'it does not break off inside a payload while it lives',
    'close-mid-payload-rst': 'it never resets',
    'close-mid-header-nonzero': 'its headers leave whole',
    'close-mid-header-zero': 'its headers leave whole',
    'reset-while-idle': 'it never resets',
    'handshake-wrong-byte': 'it opens with ff',
  }

  for (const recording of RECORDINGS) {
    const { name, description, steps } = recording
    if (NOT_OURS[name] !== undefined || /^limit-exceeded-second|^handshake-limit/.test(name)) continue
    const otherwise = OTHERWISE[name] ?? {}
    it(`${name}: ${description}`, async () => {
      const clock = new ManualClock()
      await using recorded = await playServer(otherwise.steps?.(steps) ?? steps)
      const options = { clock, handler: Witness, ...pluginsOf(recording.meta), ...otherwise.options }
      await using client = new PlainClient(options)
      const connection = await client.connectTo(recorded.port)
      const replay = await recorded.replay

      await clock.passUntil(conversation(connection, recording, replay.played), otherwise.cause === undefined ? 0 : 250)
      if (otherwise.cause === undefined) void connection.close()
      expect(await clock.passUntil(replay.ended, otherwise.cause === undefined ? 0 : 250)).to.equal('fin')
      await replay.played
      const cause = await clock.passUntil(connection.over)
      expect(codeOf(cause)).to.be.oneOf([otherwise.cause].flat())
      expect(summaryOf(connection.messages)).to.deep.equal(otherwise.received ?? receivedBy('client', recording))
    })
  }

  for (const name of ['handshake-limit-status', 'limit-exceeded-second-peer']) {
    it(`${name}: connectTo rejects with OPENING_REFUSED and leaves no socket`, async () => {
      await using recorded = await playServer(
        only(name).steps.filter(({ from, close }) => from === 'server' || close === undefined),
      )
      await using client = new PlainClient({ handler: Witness, lingerMs: 1 })
      const error = await client.connectTo(recorded.port).then(
        () => undefined,
        (refusal: unknown) => refusal,
      )
      expect(codeOf(error)).to.equal('OPENING_REFUSED')
      expect([...client.activeConnections]).to.deep.equal([])
    })
  }

  it('reject-oversize: our client sends no byte of a message above f0ffffff', async () => {
    const { steps } = only('handshake-only')
    await using recorded = await playServer(steps)
    await using client = new PlainClient({ handler: Witness, lingerMs: 1 })
    const connection = await client.connectTo(recorded.port)
    const error = await connection.transmitStream([], 0xf100_0000).then(
      () => undefined,
      (refusal: unknown) => refusal,
    )
    expect(codeOf(error)).to.equal('MESSAGE_UNSENDABLE')
    const closed = connection.close()
    await (await recorded.replay).played
    await closed
  })
})

/** Says what the recorded client said, in its turns. */
const conversation = async (connection: Witness, recording: Case, played: Promise<void>): Promise<void> => {
  const { name, steps, meta } = recording
  const outbound = meta.payloads === undefined ? messagesIn(streamOf(steps, 'client')) : payloadsOf(meta)
  const replies = receivedBy('client', recording).length
  if (meta.serverMode === 'push' || name === 'server-greeting') return void (await connection.arrived(replies))
  if (/^(server-rejects-client|header-instead|collision)/.test(name)) {
    const size = streamOf(steps, 'client').readUInt32BE(1)
    const error = await connection.transmit(Buffer.from('okayok').subarray(0, size)).then(
      () =>
        connection.flush().then(
          () => undefined,
          (later: unknown) => later,
        ),
      (refusal: unknown) => refusal,
    )
    if (!(error instanceof TransportError)) throw new Error('the message was not answered, yet nothing failed')
    return
  }
  const turns = outbound.length > 0 && replies % outbound.length === 0 ? replies / outbound.length : 0
  for (const [at, message] of outbound.entries()) {
    const sent = connection.transmit(message)
    if (turns > 0) await connection.arrived((at + 1) * turns)
    else if (name.startsWith('dialog')) await connection.arrived(Math.min(replies, (at + 1) * 2))
    else sent.catch(() => {})
  }
  if (OURS_ENDS_IT.test(name)) return
  if (turns === 0) await connection.flush().catch(() => played)
}
const OURS_ENDS_IT = /^(client-rejects-echo)$/

/** What the recorded end received, or would have. */
const receivedBy = (side: 'client' | 'server', { steps, meta }: Case): object[] => {
  const recorded = side === 'client' ? meta.clientReceived : meta.serverReceived
  if (recorded !== undefined) return recordedMessages(recorded)
  return summaryOf(messagesIn(streamOf(steps, side === 'client' ? 'server' : 'client')))
}

const recordedMessages = (messages: RecordedMeta['serverReceived']): object[] =>
  (messages ?? []).map(({ length, sha256 }) => ({ length, sha256 }))

const only = (name: string): Case => {
  const found = RECORDINGS.find((recording) => recording.name === name)
  if (found === undefined) throw new Error(`nothing was recorded as ${name}`)
  return found
}
