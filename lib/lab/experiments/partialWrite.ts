import type { Socket } from 'node:net'
import { quantity } from '@/pages/index.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import { kernelSetting, kernelSockets, UNSEEN } from '@/lab/experiments/frame/kernelSockets.js'

const PIECE_BYTES = 65_536
/** What a program that does not listen to the word "stop" still hands over. */
const BEYOND_BYTES = 4 * 1_048_576
const SETTLE_MS = 100
const [, , MOST_SEND = 4_194_304] = kernelSetting('tcp_wmem') ?? []
const [, RECEIVE = 131_072] = kernelSetting('tcp_rmem') ?? []

/** Writes to an end that does not read. */
interface Stuffed {
  readonly socket: Socket
  readonly port: number
  /** Handed over until `write()` said false. */
  readonly untilFalseBytes: number
  /** What the stream held then. */
  readonly heldBytes: number
  readonly givenBytes: number
  /** What the system had taken when nothing moved any more, in whole pieces. */
  readonly takenBytes: () => number
}

const stuffed = async (bench: Bench, reader: (socket: Socket) => void): Promise<Stuffed> => {
  const { port } = await bench.listen(reader, { pauseOnConnect: true })
  const socket = await bench.connect(port, { noDelay: true })
  const piece = Buffer.alloc(PIECE_BYTES, 7)
  let givenBytes = 0
  let takenBytes = 0
  let stop: { readonly given: number; readonly held: number } | undefined
  while (stop === undefined || givenBytes < stop.given + BEYOND_BYTES) {
    givenBytes += piece.length
    const more = socket.write(piece, (error) => {
      if (error === undefined || error === null) takenBytes += piece.length
    })
    if (!more) stop ??= { given: givenBytes, held: socket.writableLength }
    if (givenBytes % 1_048_576 === 0) await bench.pause(0)
  }
  for (let before = -1; before !== takenBytes; await bench.pause(SETTLE_MS)) before = takenBytes
  const { given: untilFalseBytes, held: heldBytes } = stop
  return { socket, port, untilFalseBytes, heldBytes, givenBytes, takenBytes: () => takenBytes }
}

export const partialWrite = experiment({
  name: 'partial-write',
  question: 'How much does a socket take when nobody reads at the other end, and what happens to the rest?',
  lesson:
    'The system takes some MiB, far more than the high-water mark, and what it does not take waits in your ' +
    'memory: write() never says no, only "enough" (false).',
  predict: () => ({
    taken: {
      what: 'bytes the system takes although nobody reads',
      from: MOST_SEND / 2,
      to: MOST_SEND + 2 * RECEIVE,
      unit: 'B',
      because:
        `the send buffer may grow to ${quantity(MOST_SEND, 'B')} (tcp_wmem), and the receive buffer of the ` +
        'other end begins with ' +
        `${quantity(RECEIVE, 'B')} (tcp_rmem) and grows only for who reads`,
      otherwise: 'this system has other buffers, or little memory for sockets just now',
    },
    held: {
      what: 'bytes that wait in this program when write() says false for the first time',
      from: 16_384,
      to: 2 * PIECE_BYTES,
      unit: 'B',
      because:
        'false means that as much as the high-water mark waits: 16 KiB, or 64 KiB from Node.js 22 on, and here it is ' +
        `passed by one piece of ${quantity(PIECE_BYTES, 'B')}`,
      otherwise: 'this version of Node.js has another high-water mark',
    },
    accepted: {
      what: 'bytes that write() accepts after it has said false',
      from: BEYOND_BYTES,
      to: BEYOND_BYTES,
      unit: 'B',
      because: 'the stream refuses nothing: whoever does not wait for "drain" fills memory until there is none',
      otherwise: 'that would be news',
    },
    queues: {
      what: 'the bytes taken are in the send queue here and the receive queue there',
      is: 'yes',
      because: 'they are nowhere else; the system shows both queues, and one piece may have been taken in part',
      otherwise: 'another program has looked at the sockets, or the system counts in another way',
    },
    arrived: {
      what: 'all of it arrives once the other end reads',
      is: 'yes',
      because: 'a partial write is continued by the stream with the rest, and never with the whole',
      otherwise: 'that would be a fault of Node.js',
    },
  }),
  advice: {
    words:
      'Look at what write() gives back and wait for "drain", with a way out when the other end is gone; ' +
      'pipeline() does it all.',
    code: `
import { once } from 'node:events'
import type { Socket } from 'node:net'

export const writeAll = async (socket: Socket, pieces: AsyncIterable<Uint8Array>) => {
  const signal = AbortSignal.timeout(60_000)
  for await (const piece of pieces) {
    if (!socket.write(piece)) await once(socket, 'drain', { signal }) // rejects on an error, too
  }
}`,
  },
  run: async (bench) => {
    bench.say('writing to an end that does not read')
    let reader: Socket | undefined
    const { socket, port, untilFalseBytes, heldBytes, givenBytes, takenBytes } = await stuffed(bench, (other) => {
      reader = other
    })
    const taken = takenBytes()
    const sockets = kernelSockets(port)?.filter(({ remotePort }) => remotePort !== 0)
    const sends = sockets?.reduce((sum, { sendQueueBytes }) => sum + sendQueueBytes, 0) ?? 0
    const receives = sockets?.reduce((sum, { receiveQueueBytes }) => sum + receiveQueueBytes, 0) ?? 0
    const inQueues = sends + receives
    const agrees = inQueues >= taken && inQueues <= taken + PIECE_BYTES ? 'yes' : 'no'
    let arrivedBytes = 0
    const waits = socket.writableLength
    bench.say('and now it reads')
    const drained = bench.event((done) => socket.once('drain', done))
    const all = bench.event((done) => {
      reader?.on('data', ({ length }) => {
        arrivedBytes += length
        if (arrivedBytes === givenBytes) done()
      })
    })
    reader?.resume()
    await Promise.all([drained, all])
    return {
      measured: {
        taken,
        held: heldBytes,
        accepted: givenBytes - untilFalseBytes,
        queues: sockets === undefined ? UNSEEN : agrees,
        arrived: arrivedBytes === givenBytes ? 'yes' : 'no',
      },
      figures: [
        {
          kind: 'bars',
          title: `where the ${quantity(givenBytes, 'B')} were while nobody read`,
          axis: { title: 'bytes', unit: 'B' },
          bars: [
            ...(sockets === undefined
              ? [{ name: 'in the system', value: taken }]
              : [
                  { name: 'receive queue of the other end', value: receives },
                  { name: 'send queue of this end', value: sends },
                ]),
            { name: 'in this program', value: waits },
            { name: 'high-water mark', value: socket.writableHighWaterMark },
          ],
        },
      ],
    }
  },
})
