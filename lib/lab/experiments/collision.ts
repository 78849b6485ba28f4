import type { Socket } from 'node:net'
import { Connection } from '@/core/index.js'
import { PACKAGE } from '@/lab/experiments/frame/advice.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { codeIn } from '@/lab/experiments/frame/codeIn.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import { Plain, PlainClient, PlainServer } from '@/lab/experiments/frame/plainEnds.js'
import { dialectNamed } from '@/lab/decoders/dialects.js'
import { latency } from '@/lab/faults/latency.js'
import { Proxy } from '@/lab/proxy.js'
import { proxyTap } from '@/lab/trace/proxyTap.js'
import { Timeline } from '@/lab/trace/timeline.js'
import { Trace } from '@/lab/trace/trace.js'
import type { TraceRow } from '@/lab/trace/traceRow.js'

const ONE_WAY_MS = 15
const HANDSHAKE = dialectNamed('handshake')
const OK = 0xff
const OPENING = Buffer.from([OK])

/** What came of two ends that spoke at the same moment. */
interface Clash {
  readonly delivered: number
  readonly rows: readonly TraceRow[]
}

/** One end as it is written at first: it says a length, and takes the next byte for the answer to it. */
class FirstDraft {
  delivered = 0
  /** What it took for the answer to its length. */
  answer: number | undefined
  readonly #socket: Socket
  readonly #message: Buffer
  #at: 'opening' | 'answer' | 'payload' | 'over' = 'opening'

  constructor(socket: Socket, words: string) {
    this.#socket = socket
    this.#message = Buffer.from(words)
    socket.on('data', (chunk: Buffer) => {
      for (const byte of chunk) this.#read(byte)
    })
    socket.write(OPENING)
  }

  #read(byte: number): void {
    switch (this.#at) {
      case 'opening': {
        const length = Buffer.alloc(4)
        length.writeUInt32BE(this.#message.length)
        this.#socket.write(length)
        this.#at = 'answer'
        return
      }
      case 'answer':
        this.answer = byte
        if (byte === OK) this.#socket.write(this.#message)
        else this.#socket.destroy()
        this.#at = byte === OK ? 'payload' : 'over'
        return
      case 'payload':
        this.delivered = 1
        return
      case 'over':
    }
  }
}

/** A line on which what both ends say at once is long under way. */
const line = async (bench: Bench, port: number, timeline: Timeline): Promise<number> => {
  const observe = proxyTap(HANDSHAKE, (event) => timeline.add(event))
  const proxy = bench.use(
    new Proxy({ listen: 0, target: port, dialect: HANDSHAKE, faults: [latency({ ms: ONE_WAY_MS })], observe }),
  )
  await proxy.start()
  return proxy.address.port
}

const firstDrafts = async (bench: Bench): Promise<Clash & { readonly answer: string }> => {
  const ends: FirstDraft[] = []
  const { port } = await bench.listen((socket) => void ends.push(new FirstDraft(socket, 'world')), { noDelay: true })
  const timeline = new Timeline()
  const socket = await bench.connect(await line(bench, port, timeline), { noDelay: true })
  const gone = bench.event((done) => socket.once('close', () => done()))
  ends.push(new FirstDraft(socket, 'hello'))
  await gone
  await bench.until(() => ends.every(({ answer }) => answer !== undefined))
  const [first] = ends.map(({ answer }) => answer)
  const delivered = ends.reduce((sum, end) => sum + end.delivered, 0)
  return { delivered, rows: timeline.rows, answer: first?.toString(16).padStart(2, '0') ?? 'nothing' }
}

/** Speaks as soon as it is open. */
class Eager extends Connection {
  static met = 0

  protected override preLoop(): void {
    this.transmit(Buffer.from('world')).catch(() => {})
  }
  protected override transmissionReceived(): void {
    Eager.met++
  }
}

const ours = async (bench: Bench): Promise<Clash & { readonly collisions: number }> => {
  const server = bench.host(new PlainServer<Eager>({ listen: ['127.0.0.1:0'], handler: Eager }))
  await server.start()
  Eager.met = 0
  using trace = bench.use(new Trace())
  const timeline = new Timeline()
  const port = await line(bench, server.address.port, timeline)
  const client = bench.host(new PlainClient({ handler: Plain }))
  const connection = await client.connectTo(port, { signal: bench.signal })
  await connection.transmit(Buffer.from('hello'))
  await connection.receive({ signal: bench.signal })
  await bench.until(() => Eager.met > 0)
  await client.close()
  const collisions = trace.rows.filter((row) => row.event === 'note' && row.about === 'collision').length
  return { delivered: Eager.met + 1, rows: timeline.rows, collisions }
}

/** Ours against a first draft. @returns the code of the message that was under way */
const mixed = async (bench: Bench): Promise<string> => {
  const { port } = await bench.listen((socket) => void new FirstDraft(socket, 'world'), { noDelay: true })
  const client = bench.host(new PlainClient({ handler: Plain }))
  const connection = await client.connectTo(await line(bench, port, new Timeline()), { signal: bench.signal })
  return codeIn(connection.transmit(Buffer.from('hello')).then(() => connection.flush()))
}

export const collision = experiment({
  name: 'collision',
  question: 'It works for days, and then both ends close the connection in the same moment. What happened?',
  lesson:
    'Both ends spoke at once, and each took the first byte of the other length for an answer: a protocol in ' +
    'which both may speak needs a rule for that.',
  predict: () => ({
    lost: {
      what: 'messages delivered, of two that two first drafts send at the same moment',
      from: 0,
      to: 0,
      unit: 'messages',
      because: 'each waits for one byte of answer, and gets the first byte of a length',
      otherwise: 'one was earlier, so there was no collision',
    },
    answer: {
      what: 'the byte that they take for the answer',
      is: '00',
      because: 'a length below 16 MiB begins with 00, which as an answer means "no"',
      otherwise: 'one was earlier, so it got its ff',
    },
    delivered: {
      what: 'messages delivered, of two that two connections of this library send at the same moment',
      from: 2,
      to: 2,
      unit: 'messages',
      because:
        'no length begins with ff, so a length can be told from an answer; who opened the connection then ' +
        'sends its payload without waiting, and the other one keeps waiting',
      otherwise: 'that would be a fault of this library',
    },
    collisions: {
      what: 'ends that noticed it',
      from: 1,
      to: 2,
      unit: 'ends',
      because: 'both got a length while they waited for an answer',
      otherwise: 'one was earlier, so there was no collision',
    },
    mixed: {
      what: 'what transmit() says when a first draft collides with one of ours',
      is: 'FRAME_TRUNCATED',
      because:
        'the draft hangs up behind its length, without its payload: a message was begun and not finished. Had ' +
        'it said less, it would be COLLISION',
      otherwise: 'the draft got less far, or further, before it hung up',
    },
  }),
  advice: {
    words:
      'Give both kinds of bytes values of their own, say who goes first, and never put anything between a ' +
      'length and its payload. Or let ends take turns, which costs a round trip.',
    code: `
import { Client, Connection, Server } from '${PACKAGE}'

class Talker extends Connection {
  protected override async preLoop() {
    await this.transmit(Buffer.from('my first words')) // both ends may say this in the same moment
    console.log((await this.receive()).toString())
  }
}
class TalkerServer extends Server<Talker> {}
class TalkerClient extends Client<Talker> {}

await using server = new TalkerServer({ handler: Talker, listen: [0] })
await server.start()
await using client = new TalkerClient({ handler: Talker })
await client.connectTo(server.address)`,
  },
  run: async (bench) => {
    bench.say('two first drafts')
    const drafts = await firstDrafts(bench)
    bench.say('two connections of this library')
    const whole = await ours(bench)
    bench.say('one of each')
    const code = await mixed(bench)
    return {
      measured: {
        lost: drafts.delivered,
        answer: drafts.answer,
        delivered: whole.delivered,
        collisions: whole.collisions,
        mixed: code,
      },
      figures: [
        { kind: 'ladder', title: `two first drafts, on a line of ${ONE_WAY_MS} ms each way`, rows: drafts.rows },
        { kind: 'ladder', title: 'two connections of this library, on the same line', rows: whole.rows },
      ],
    }
  },
})
