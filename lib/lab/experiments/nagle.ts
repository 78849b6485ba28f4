import type { Bench } from '@/lab/experiments/frame/bench.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'

const HEADER = Buffer.from('head')
const BODY = Buffer.from('sixteen bytes...')
const WHOLE = Buffer.concat([HEADER, BODY])
const DELAYED_ACK_MS = 40

interface Way {
  readonly noDelay: boolean
  readonly writes: 1 | 2
}

/** Asks and waits for the answer, again and again. @returns milliseconds from each question to its answer */
const ask = async (bench: Bench, { noDelay, writes }: Way, rounds: number): Promise<readonly number[]> => {
  const { port } = await bench.listen((socket) => {
    let heldBytes = 0
    socket.on('data', ({ length }) => {
      for (heldBytes += length; heldBytes >= WHOLE.length; heldBytes -= WHOLE.length) socket.write('!')
    })
  })
  const socket = await bench.connect(port, { noDelay })
  const tookMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    if (round % 10 === 0) bench.say(`${writes} writes a message, Nagle ${noDelay ? 'off' : 'on'}`, round / rounds)
    const askedMs = performance.now()
    const answered = bench.next(socket)
    if (writes === 1) socket.write(WHOLE)
    else {
      socket.write(HEADER)
      socket.write(BODY)
    }
    await answered
    tookMs.push(performance.now() - askedMs)
  }
  socket.destroy()
  return tookMs
}

const rateOf = (tookMs: readonly number[]): number => (tookMs.length * 1_000) / tookMs.reduce((sum, ms) => sum + ms, 0)

/** Without the first rounds, in which the system answers every segment at once to get a connection going. */
const settled = (tookMs: readonly number[]): readonly number[] => tookMs.slice(tookMs.length >> 2)

export const nagle = experiment({
  name: 'nagle',
  question: 'Why does a program that sends small messages over a fast line manage only some 23 of them a second?',
  lesson:
    'Nagle holds the second small write until the first is acknowledged, and the other end delays that by 40 ms: ' +
    'turn Nagle off, or write each message at once.',
  predict: () => ({
    stalled: {
      what: 'two writes a message, Nagle on',
      from: 15,
      to: 27,
      unit: 'messages/s',
      because:
        `the second write waits for the ACK of the first, which the other end holds back for ${DELAYED_ACK_MS} ms, ` +
        `since it has nothing to say yet: 1 s / ${DELAYED_ACK_MS} ms = 25, and a little less as the system rounds up`,
      otherwise: 'this system delays no ACK, or by another time (200 ms is common elsewhere)',
    },
    noDelay: {
      what: 'two writes a message, Nagle off (noDelay)',
      from: 1_000,
      to: Number.POSITIVE_INFINITY,
      unit: 'messages/s',
      because: 'nothing waits for an ACK: what is left is a round trip through this machine, well below 1 ms',
      otherwise: 'this machine is very busy',
    },
    joined: {
      what: 'one write a message, Nagle on',
      from: 1_000,
      to: Number.POSITIVE_INFINITY,
      unit: 'messages/s',
      because: 'Nagle lets a write leave at once when nothing is on its way, and here nothing ever is',
      otherwise: 'this machine is very busy',
    },
  }),
  advice: {
    words:
      'Set noDelay at both ends, and hand header and body to the socket together: cork() gathers what is ' +
      'written until uncork(). Connections of this library do both.',
    code: `
import { connect } from 'node:net'

const socket = connect({ host: '127.0.0.1', port: 4000, noDelay: true })
socket.on('error', (error) => console.error(error.message))
socket.cork()
socket.write(Buffer.from([0, 0, 0, 5]))
socket.write('hello')
socket.uncork()
socket.end()`,
  },
  run: async (bench) => {
    const stalled = await ask(bench, { noDelay: false, writes: 2 }, bench.rounds(40, 8))
    const noDelay = await ask(bench, { noDelay: true, writes: 2 }, bench.rounds(2_000, 100))
    const joined = await ask(bench, { noDelay: false, writes: 1 }, bench.rounds(2_000, 100))
    const first = (tookMs: readonly number[]) => tookMs.slice(0, stalled.length).map((ms, at) => ({ x: at + 1, y: ms }))
    return {
      measured: { stalled: rateOf(settled(stalled)), noDelay: rateOf(noDelay), joined: rateOf(joined) },
      figures: [
        {
          kind: 'bars',
          title: 'messages a second',
          axis: { title: 'rate', unit: 'messages/s', scale: 'log' },
          bars: [
            { name: 'two writes, Nagle on', value: rateOf(settled(stalled)) },
            { name: 'two writes, Nagle off', value: rateOf(noDelay) },
            { name: 'one write, Nagle on', value: rateOf(joined) },
          ],
        },
        {
          kind: 'plot',
          title: 'how long each of the first messages took',
          x: { title: 'message' },
          y: { title: 'from question to answer', unit: 'ms' },
          series: [
            { name: 'Nagle on', points: first(stalled) },
            { name: 'Nagle off', points: first(noDelay) },
          ],
        },
      ],
    }
  },
})
