import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { getHeapStatistics } from 'node:v8'
import { Connection } from '@/core/index.js'
import { MAX_LENGTH } from '@/framings/index.js'
import { PACKAGE } from '@/lab/experiments/frame/advice.js'
import { quantity } from '@/pages/index.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { codeOfError } from '@/lab/experiments/frame/codeIn.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import { Plain, PlainServer } from '@/lab/experiments/frame/plainEnds.js'

const LENGTH_BYTES = 4
const SENT_BYTES = 8 * 1_048_576
const PIECE_BYTES = 65_536

/** The length, as it crosses the wire. */
const ANNOUNCED = Buffer.alloc(LENGTH_BYTES)
ANNOUNCED.writeUInt32BE(MAX_LENGTH)

/** Bytes outside the heap of JavaScript that this process holds. */
const heldBytes = (): number => getHeapStatistics().external_memory

/** What a careless reader took, or why it could not. */
type Taken = number | { readonly unseen: string }

/** Takes memory for the length that these bytes say, as many programs do. */
const careless = (chunk: Buffer): Taken => {
  const before = heldBytes()
  try {
    const message = Buffer.alloc(chunk.readUInt32BE())
    // Others may have given some back meanwhile.
    const grown = heldBytes() - before
    return grown > 0.9 * message.length ? message.length : grown
  } catch (error) {
    return { unseen: `this machine refused to promise so much memory (${codeOfError(error)})` }
  }
}

const naive = async (bench: Bench): Promise<Taken> => {
  let met: (socket: Socket) => void = () => {}
  const taken = bench.event<Taken>((done) => {
    met = (socket) => socket.once('data', (chunk: Buffer) => done(careless(chunk)))
  })
  const { port } = await bench.listen((socket) => met(socket))
  bench.dial(port).write(ANNOUNCED)
  return taken
}

/** Takes what is too large as a stream, and throws it away. */
class Streaming extends Connection {
  /** In a piece, and behind it. */
  static largestBytes = 0

  protected override transmissionStream(_size: number, readable: Readable): Promise<void> {
    return new Promise((resolve) => {
      readable.on('data', (piece: Buffer) => {
        Streaming.largestBytes = Math.max(Streaming.largestBytes, piece.length + readable.readableLength)
      })
      readable.on('error', () => {}).once('close', () => resolve())
    })
  }
}

/** What a server of ours makes of the announcement. */
interface Met {
  /** What came back, in hex. */
  readonly answered: string
  readonly code: string
  readonly heldBytes: number
}

const announced = async (bench: Bench, server: PlainServer<Plain | Streaming>, sentBytes: number): Promise<Met> => {
  await server.start()
  const socket = await bench.connect(server.address.port)
  let answered = ''
  socket.on('data', (chunk: Buffer) => {
    answered += chunk.toString('hex')
  })
  socket.write('\u00ff', 'latin1')
  await bench.until(() => answered.length >= 2)
  const before = heldBytes()
  Streaming.largestBytes = 0
  socket.write(ANNOUNCED)
  await bench.until(() => answered.length >= 4)
  const after = heldBytes()
  const piece = Buffer.alloc(PIECE_BYTES, 1)
  for (let sent = 0; sent < sentBytes; sent += PIECE_BYTES)
    if (!socket.write(piece)) await bench.event((done) => socket.once('drain', () => done()))
  if (sentBytes > 0) socket.end()
  await bench.until(() => server.causes.length > 0)
  return {
    answered,
    code: server.causes[0] === undefined ? 'none' : codeOfError(server.causes[0]),
    heldBytes: sentBytes > 0 ? Streaming.largestBytes : Math.max(0, after - before),
  }
}

export const hugeLength = experiment({
  name: 'huge-length',
  question: 'Four bytes arrive and say that 3.7 GiB will follow. What does my server do?',
  lesson:
    'Whoever takes memory for what was announced gives a stranger a gigabyte a byte: check the length first, ' +
    'and let memory grow with what has come.',
  predict: () => ({
    naive: {
      what: 'bytes that Buffer.alloc(length) takes for those four',
      from: MAX_LENGTH,
      to: MAX_LENGTH,
      unit: 'B',
      because:
        'the largest length is f0 ff ff ff; twenty such connections cost eighty bytes to make, and 75 GiB to serve',
      otherwise: 'the system promised it in another way',
    },
    held: {
      what: 'bytes that a server of this library takes for them',
      from: 0,
      to: 2 * 1_048_576,
      unit: 'B',
      because: 'the length is checked against maxMessageBytes (8 MiB unless you say otherwise) before anything is kept',
      otherwise: 'something else in this process took memory meanwhile',
    },
    answered: {
      what: 'what it answers, in hex',
      is: 'ff00',
      because: 'ff is the opening, and 00 refuses the length; then it closes',
      otherwise: 'the announcement did not arrive',
    },
    code: {
      what: 'what its connection ends with',
      is: 'MESSAGE_TOO_LARGE',
      because: 'that names what happened, and whose fault it was',
      otherwise: 'the announcement did not arrive',
    },
    streamed: {
      what:
        `bytes that a server holds at most that streams large messages, while ${quantity(SENT_BYTES, 'B')} of it ` +
        'come',
      from: 0,
      to: 1_048_576,
      unit: 'B',
      because:
        'it holds what has come and has not been read, in pieces of at most 64 KiB, and reads no more of the ' +
        'socket while too much waits',
      otherwise: 'the bounds of streams have changed',
    },
    truncated: {
      what: 'what that connection ends with when the sender leaves in the middle',
      is: 'FRAME_TRUNCATED',
      because: 'a message that was begun and not finished is not delivered as if it were whole',
      otherwise: 'the sender was still there',
    },
  }),
  advice: {
    words:
      'Set maxMessageBytes to what your messages need, bound all connections together with maxMemoryBytes, and ' +
      'take larger things as a stream.',
    code: `
import type { Readable } from 'node:stream'
import { Connection, Server } from '${PACKAGE}'

class Careful extends Connection {
  protected override async transmissionStream(size: number, readable: Readable) {
    let bytes = 0
    for await (const piece of readable) bytes += piece.length
    console.log(bytes, 'of', size, 'bytes, never all at once')
  }
}
class CarefulServer extends Server<Careful> {}

export const server = new CarefulServer({
  handler: Careful,
  listen: [4000],
  maxMessageBytes: 65_536,
  maxMemoryBytes: 64 * 1_048_576,
})`,
  },
  run: async (bench) => {
    bench.say('a careless reader')
    const taken = await naive(bench)
    bench.say('a careful one')
    const listen = ['127.0.0.1:0']
    const refusing = await announced(bench, bench.host(new PlainServer({ listen, handler: Plain })), 0)
    bench.say('one that streams')
    const streaming = await announced(
      bench,
      bench.host(new PlainServer<Streaming>({ listen, handler: Streaming })),
      SENT_BYTES,
    )
    return {
      measured: {
        naive: taken,
        held: refusing.heldBytes,
        answered: refusing.answered,
        code: refusing.code,
        streamed: streaming.heldBytes,
        truncated: streaming.code,
      },
      figures: [
        {
          kind: 'bars',
          title: 'memory for four bytes',
          axis: { title: 'bytes', unit: 'B', scale: 'log' },
          bars: [
            { name: 'sent', value: LENGTH_BYTES },
            { name: 'announced', value: MAX_LENGTH },
            ...(typeof taken === 'number' ? [{ name: 'taken by the careless reader', value: taken }] : []),
            { name: 'taken by the careful one', value: refusing.heldBytes },
            { name: 'held while streaming', value: streaming.heldBytes },
          ],
        },
      ],
    }
  },
})
