import type { Socket } from 'node:net'
import { quantity } from '@/pages/index.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'

const QUESTION_BYTES = 1_000
const ANSWER_BYTES = 1_048_576
const SETTLE_MS = 50

/** How the answering end leaves. */
interface Leaving {
  readonly label: string
  /** It has read the question, or it lies unread with the system. */
  readonly reads: boolean
  readonly leave: (socket: Socket) => void
  readonly answers: boolean
}

/** What the asking end saw of it. */
interface Seen {
  readonly gotBytes: number
  /** `end`, or the code of the error. */
  readonly told: string
}

const LEAVINGS = {
  orderly: { label: 'question read, then destroy()', reads: true, answers: true, leave: (socket) => socket.destroy() },
  unread: {
    label: 'question unread, then destroy()',
    reads: false,
    answers: true,
    leave: (socket) => socket.destroy(),
  },
  ended: {
    label: 'question unread, end(), read on',
    reads: false,
    answers: true,
    leave: (socket) => socket.end(() => socket.resume()),
  },
  idle: {
    label: 'nothing under way, resetAndDestroy()',
    reads: true,
    answers: false,
    leave: (socket) => socket.resetAndDestroy(),
  },
} as const satisfies Record<string, Leaving>

const seen = async (bench: Bench, { reads, answers, leave }: Leaving): Promise<Seen> => {
  let answerer: Socket | undefined
  const { port } = await bench.listen((socket) => void (answerer = socket), {
    pauseOnConnect: true,
    allowHalfOpen: true,
  })
  const asker = await bench.connect(port, { allowHalfOpen: true })
  let gotBytes = 0
  const over = bench.event<string>((done) => {
    asker.once('end', () => done('end'))
    asker.once('error', (error) => done('code' in error ? String(error.code) : error.message))
  })
  asker.write(Buffer.alloc(QUESTION_BYTES, 'q'))
  await bench.until(() => answerer !== undefined)
  if (reads) answerer?.resume()
  await bench.until(() => !reads || answerer?.bytesRead === QUESTION_BYTES)
  await bench.pause(SETTLE_MS)
  if (answers) answerer?.write(Buffer.alloc(ANSWER_BYTES, 'a'))
  if (answerer !== undefined) leave(answerer)
  // The asker is busy with something else, and looks only now.
  await bench.pause(SETTLE_MS)
  asker.on('data', ({ length }) => {
    gotBytes += length
  })
  const told = await over
  return { gotBytes, told }
}

export const resetOrEnd = experiment({
  name: 'reset-or-end',
  question: 'I answered and closed, and every write was accepted. Why did the other end get only part of it?',
  lesson:
    'Closing while received bytes lie unread resets the connection and throws away what has not left; read to ' +
    'the end first, and let a length say what whole is.',
  predict: () => ({
    orderly: {
      what: 'bytes of the answer that arrive when the question had been read',
      from: ANSWER_BYTES,
      to: ANSWER_BYTES,
      unit: 'B',
      because:
        'the system goes on sending what it has taken, and the end of the stream behind it, after the program ' +
        'has closed',
      otherwise: 'the answer was too large for the send buffer of this system, so a part never left the program',
    },
    unread: {
      what: 'bytes that arrive when the question lay unread',
      from: 0,
      to: ANSWER_BYTES / 2,
      unit: 'B',
      because:
        'closing over unread bytes makes the system send a reset (RST) instead of an end, and it drops its ' +
        'send queue; what has reached the receive queue of the other end (some 128 KiB) can still be read there',
      otherwise: 'this system keeps to the letter of another rule, or the receive buffer was large enough for all',
    },
    told: {
      what: 'how the other end is told, when it had bytes to read',
      is: ['end', 'ECONNRESET'],
      because:
        'Node.js 20 and 22 take the hang-up after a short read for an end and do not ask for the error behind ' +
        'it, so that a reset looks like good order; Node.js 24 asks. Who goes by the end alone believes half an answer',
      otherwise: 'this version of Node.js says it in other words',
    },
    idle: {
      what: 'how it is told when it had nothing to read',
      is: 'ECONNRESET',
      because: 'then the first thing it reads is the error',
      otherwise: 'this version of Node.js says it in other words',
    },
    ended: {
      what: 'bytes that arrive when the answering end says end() and reads on',
      from: ANSWER_BYTES,
      to: ANSWER_BYTES,
      unit: 'B',
      because: 'nothing is unread when it closes, so there is no reset',
      otherwise: 'something closed the connection in between',
    },
  }),
  advice: {
    words:
      'End your side, go on reading until the other end has ended too, and give up after a while. Never take ' +
      'an end for proof that all has come: connections of this library raise FRAME_TRUNCATED instead.',
    code: `
import type { Socket } from 'node:net'

export const leave = (socket: Socket, lastWords: string) => {
  socket.end(lastWords) // no destroy(): the end leaves behind all that was written
  socket.resume() // and what still comes does not lie unread
  const giveUp = setTimeout(() => socket.destroy(), 1_000)
  socket.once('close', () => clearTimeout(giveUp))
}`,
  },
  run: async (bench) => {
    const rows: string[][] = []
    const once = async (name: keyof typeof LEAVINGS): Promise<Seen> => {
      const leaving = LEAVINGS[name]
      bench.say(leaving.label)
      const result = await seen(bench, leaving)
      rows.push([
        leaving.label,
        leaving.answers ? quantity(ANSWER_BYTES, 'B') : '0 B',
        quantity(result.gotBytes, 'B'),
        result.told,
      ])
      return result
    }
    const orderly = await once('orderly')
    const unread = await once('unread')
    const ended = await once('ended')
    const idle = await once('idle')
    return {
      measured: {
        orderly: orderly.gotBytes,
        unread: unread.gotBytes,
        told: unread.told,
        idle: idle.told,
        ended: ended.gotBytes,
      },
      figures: [
        {
          kind: 'table',
          title: 'what the asking end saw',
          columns: [
            { title: 'the answering end' },
            { title: 'bytes written', numeric: true },
            { title: 'bytes that arrived', numeric: true },
            { title: 'told' },
          ],
          rows,
        },
        {
          kind: 'bars',
          title: 'how much of the answer arrived',
          axis: { title: 'bytes', unit: 'B' },
          bars: [
            { name: 'question read', value: orderly.gotBytes },
            { name: 'question unread', value: unread.gotBytes },
            { name: 'end(), and read on', value: ended.gotBytes },
          ],
        },
      ],
    }
  },
})
