import type { Socket } from 'node:net'
import { PACKAGE } from '@/lab/experiments/frame/advice.js'
import { quantity } from '@/pages/index.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import { Plain, PlainClient } from '@/lab/experiments/frame/plainEnds.js'
import { codeOfError } from '@/lab/experiments/frame/codeIn.js'

const PIECE_BYTES = 65_536
const MIB = 1_048_576
/** What the system may take at most, with room to spare. */
const SYSTEM_BYTES = 12 * MIB
const OUTBOX_BYTES = 2 * MIB
const HIGH_WATER_BYTES = 262_144
const HIGHEST_MARK_BYTES = 65_536
const GIVE_UP_MS = 200

/** How many bytes this program holds (y) when it has made so many (x). */
type Held = { readonly x: number; readonly y: number }[]

interface Course {
  readonly held: Held
  readonly peakBytes: number
  readonly madeBytes: number
}

const course = (held: Held): Course => ({
  held,
  peakBytes: Math.max(0, ...held.map(({ y }) => y)),
  madeBytes: held.at(-1)?.x ?? 0,
})

/** To an end that never reads. */
const toDeaf = async (bench: Bench): Promise<Socket> => {
  const { port } = await bench.listen(() => {}, { pauseOnConnect: true })
  return bench.connect(port, { noDelay: true })
}

/** Writes on, whatever write() says. */
const careless = async (bench: Bench, allBytes: number): Promise<Course> => {
  const socket = await toDeaf(bench)
  const held: Held = []
  for (let made = PIECE_BYTES; made <= allBytes; made += PIECE_BYTES) {
    socket.write(Buffer.alloc(PIECE_BYTES, 7))
    held.push({ x: made, y: socket.writableLength })
    if (made % MIB === 0) {
      bench.say('a writer that does not listen', made / allBytes)
      await bench.pause(0)
    }
  }
  socket.destroy()
  return course(held)
}

/** Waits for `drain` when told so, and gives up when it does not come. */
const careful = async (bench: Bench, allBytes: number): Promise<Course> => {
  const socket = await toDeaf(bench)
  const held: Held = []
  for (let made = PIECE_BYTES; made <= allBytes; made += PIECE_BYTES) {
    const more = socket.write(Buffer.alloc(PIECE_BYTES, 7))
    held.push({ x: made, y: socket.writableLength })
    if (more) continue
    let drained = false
    socket.once('drain', () => {
      drained = true
    })
    if (!(await bench.until(() => drained, GIVE_UP_MS))) break
  }
  socket.destroy()
  return course(held)
}

/** A connection of ours to an end that opens and never reads, given more than it may hold. */
const ours = async (bench: Bench, allBytes: number): Promise<Course & { readonly code: string }> => {
  const { port } = await bench.listen((socket) => void socket.write('\u00ff', 'latin1'), { pauseOnConnect: true })
  const limits = { pipeline: 64 * MIB, maxOutboxBytes: OUTBOX_BYTES, highWaterMarkBytes: HIGH_WATER_BYTES }
  const client = bench.host(new PlainClient({ handler: Plain, ...limits }))
  const connection = await client.connectTo(port, { signal: bench.signal })
  const held: Held = []
  const codes: string[] = []
  for (let made = PIECE_BYTES; made <= allBytes && codes.length === 0; made += PIECE_BYTES) {
    connection.transmit(Buffer.alloc(PIECE_BYTES, 7)).catch((error: unknown) => codes.push(codeOfError(error)))
    await new Promise(setImmediate)
    held.push({ x: made, y: connection.outbound.bytes })
  }
  const [code = 'none'] = codes
  connection.destroy()
  return { ...course(held), code }
}

export const slowReader = experiment({
  name: 'slow-reader',
  question: 'One client reads slowly, or not at all. Why does the memory of my server grow until it dies?',
  lesson:
    'What a reader does not take waits in the memory of who writes, and only the writer can bound it: wait for ' +
    '"drain", or have an outbox that says OUTBOX_FULL.',
  predict: (bench) => {
    const all = bench.rounds(64, 16) * MIB
    return {
      careless: {
        what: `bytes held by a program that writes ${quantity(all, 'B')} and does not look at what write() says`,
        from: all - SYSTEM_BYTES,
        to: all,
        unit: 'B',
        because: 'the system takes some MiB, all the rest stays here, and the next client comes on top',
        otherwise: 'this system takes more, or less',
      },
      careful: {
        what: 'bytes held at most by one that waits for "drain"',
        from: 1,
        to: HIGHEST_MARK_BYTES + PIECE_BYTES,
        unit: 'B',
        because:
          'it stops at the high-water mark (16 KiB, or 64 KiB from Node.js 22 on), passed by one piece of ' +
          `${quantity(PIECE_BYTES, 'B')} at most`,
        otherwise: 'this version of Node.js has another high-water mark',
      },
      ours: {
        what:
          `bytes held at most by a connection with maxOutboxBytes of ${quantity(OUTBOX_BYTES, 'B')} that nobody ` +
          'awaits',
        from: OUTBOX_BYTES / 2,
        to: OUTBOX_BYTES + PIECE_BYTES,
        unit: 'B',
        because: 'it counts what waits, and takes no more than that',
        otherwise: 'the system took all of it',
      },
      code: {
        what: 'what transmit() says then',
        is: 'OUTBOX_FULL',
        because: 'nothing was queued, and the caller knows it',
        otherwise: 'the system took all of it',
      },
    }
  },
  advice: {
    words:
      'Await transmit(), which is enough for one producer; where many speak to one connection, decide what to ' +
      'do at OUTBOX_FULL: drop, or part with the slow one.',
    code: `
import { Connection, TransportError } from '${PACKAGE}'

class Listener extends Connection {}

export const tellAll = (listeners: Iterable<Listener>, news: Buffer) => {
  for (const listener of listeners)
    listener.transmit(news).catch((error: unknown) => {
      if (error instanceof TransportError && error.code === 'OUTBOX_FULL') listener.destroy()
    })
}`,
  },
  run: async (bench) => {
    const all = bench.rounds(64, 16) * MIB
    const one = await careless(bench, all)
    bench.say('a writer that waits for drain')
    const two = await careful(bench, all)
    bench.say('a connection with an outbox')
    const three = await ours(bench, all)
    return {
      measured: { careless: one.peakBytes, careful: two.peakBytes, ours: three.peakBytes, code: three.code },
      figures: [
        {
          kind: 'bars',
          title: 'bytes held for one reader that does not read',
          axis: { title: 'bytes', unit: 'B', scale: 'log' },
          bars: [
            { name: 'does not look', value: one.peakBytes },
            { name: 'waits for drain', value: two.peakBytes },
            { name: 'has an outbox', value: three.peakBytes },
          ],
        },
        {
          kind: 'plot',
          title: 'how it grows',
          x: { title: 'bytes made', unit: 'B' },
          y: { title: 'bytes held', unit: 'B' },
          series: [
            { name: 'does not look', points: one.held.filter((_, at) => at % 8 === 0) },
            { name: 'waits for drain', points: two.held },
            { name: 'has an outbox', points: three.held },
          ],
        },
      ],
    }
  },
})
