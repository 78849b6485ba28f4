import type { Socket } from 'node:net'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import { quantity } from '@/pages/index.js'

const STALL_MS = 200
const PER_SECOND = 500
const GAP_MS = 1_000 / PER_SECOND
const NEVER_MS = 5_000
const PERCENTILES = [0, 50, 75, 90, 95, 99, 99.9, 100] as const
/** How far apart what is foretold and what is measured may be, as timers and the machine add to it. */
const LATE_MS = 100

/** How long each question took. */
type Latencies = readonly number[]

/** Keeps the event loop, and so everything in this process, from running: a large JSON, a bad regular expression. */
const stall = (ms: number): void => {
  const endMs = performance.now() + ms
  while (performance.now() < endMs);
}

const echo = async (bench: Bench): Promise<Socket> => {
  const { port } = await bench.listen((socket) => void socket.on('data', (chunk: Buffer) => socket.write(chunk)), {
    noDelay: true,
  })
  return bench.connect(port, { noDelay: true })
}

/** Asks the next question when the last has been answered, and takes the time of each. */
const closedLoop = async (bench: Bench, forMs: number): Promise<Latencies> => {
  const socket = await echo(bench)
  const latencies: number[] = []
  let stalls = 1
  const startMs = performance.now()
  for (let ms = 0; ms < forMs; ms = performance.now() - startMs) {
    if (latencies.length % 500 === 0) bench.say('one question after the other', ms / forMs)
    const askedMs = performance.now()
    if (stalls > 0 && ms > forMs / 2) {
      stalls--
      setImmediate(stall, STALL_MS)
    }
    const answer = bench.next(socket)
    socket.write('?')
    await answer
    latencies.push(performance.now() - askedMs)
  }
  socket.destroy()
  return latencies
}

/** Asks at the pace of the world, and counts from the moment at which each question was due. */
const openLoop = async (bench: Bench, forMs: number): Promise<Latencies> => {
  const socket = await echo(bench)
  const count = Math.round(forMs / GAP_MS)
  const latencies: number[] = []
  const startMs = performance.now()
  const dueMs = (index: number): number => startMs + index * GAP_MS
  const all = bench.event((done) => {
    socket.on('data', ({ length }) => {
      const nowMs = performance.now()
      for (let answer = 0; answer < length; answer++) latencies.push(nowMs - dueMs(latencies.length))
      if (latencies.length === count) done()
    })
  })
  let stalls = 1
  for (let asked = 0; asked < count; ) {
    const nowMs = performance.now()
    if (stalls > 0 && nowMs > startMs + forMs / 2) {
      stalls--
      stall(STALL_MS)
    }
    for (; asked < count && dueMs(asked) <= performance.now(); asked++) socket.write('?')
    bench.say('questions at the pace of the world', asked / count)
    await bench.pause(1)
  }
  await all
  socket.destroy()
  return latencies
}

const percentileOf = (latencies: Latencies): ((percentile: number) => number) => {
  const sorted = latencies.toSorted((a, b) => a - b)
  return (percentile) => sorted[Math.max(0, Math.ceil((sorted.length * percentile) / 100) - 1)] ?? NEVER_MS
}

/** Of those who come evenly, who comes in a stall waits for the rest of it: from all of it down to nothing. */
const foretold = (percentile: number, forMs: number): number => STALL_MS - ((100 - percentile) / 100) * forMs

export const eventLoopStall = experiment({
  name: 'event-loop-stall',
  question: 'My load test says that 99 % of all answers take a millisecond. Why do users wait longer?',
  lesson:
    'A test that waits for each answer asks nobody while the server stands still, and so leaves out those who ' +
    'would have come: count from when a question was due, not from when it was sent.',
  predict: (bench) => {
    const forMs = bench.rounds(2_000, 500)
    const p99 = foretold(99, forMs)
    return {
      closed: {
        what: 'the 99th percentile of a test that asks one question after the other',
        from: 0,
        to: 50,
        unit: 'ms',
        because: `of thousands of questions only one meets the ${STALL_MS} ms in which the event loop stands still`,
        otherwise: 'this machine is so busy that far more is late',
      },
      worst: {
        what: 'the worst of that test',
        from: STALL_MS * 0.9,
        to: STALL_MS + LATE_MS,
        unit: 'ms',
        because: 'that one question waits for the whole of it',
        otherwise: 'this machine is very busy',
      },
      open: {
        what: `the 99th percentile of ${PER_SECOND} questions a second, counted from when each was due`,
        from: p99 * 0.85,
        to: p99 + LATE_MS,
        unit: 'ms',
        because:
          `${quantity((STALL_MS / forMs) * 100)} % of the ${quantity(forMs, 'ms')} are stall; who comes in it ` +
          `waits for the rest of it, evenly from ${STALL_MS} ms down to 0, ` +
          `so one in a hundred waits longer than ${STALL_MS} ms − 1 % of ${quantity(forMs, 'ms')} = ` +
          quantity(p99, 'ms'),
        otherwise: 'this machine is very busy',
      },
      affected: {
        what: 'questions of that test that waited more than a tenth of the stall',
        from: ((STALL_MS * 0.9) / GAP_MS) * 0.9,
        to: (STALL_MS + LATE_MS) / GAP_MS,
        unit: 'questions',
        because: `${STALL_MS * 0.9} ms × ${PER_SECOND} a second; the other test saw one`,
        otherwise: 'this machine is very busy',
      },
    }
  },
  advice: {
    words:
      'Test at a fixed rate and keep the intended times; watch the delay of your event loop, and give long ' +
      'work to a worker thread or cut it into pieces.',
    code: `
import { monitorEventLoopDelay } from 'node:perf_hooks'

const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()
setInterval(() => {
  console.log('the event loop was late by', delay.percentile(99) / 1e6, 'ms in the worst 1 %')
  delay.reset()
}, 10_000).unref()`,
  },
  run: async (bench) => {
    const forMs = bench.rounds(2_000, 500)
    const closed = await closedLoop(bench, forMs)
    const open = await openLoop(bench, forMs)
    const [ofClosed, ofOpen] = [percentileOf(closed), percentileOf(open)]
    const points = (of: (percentile: number) => number) =>
      PERCENTILES.map((percentile) => ({ percentile, value: of(percentile) }))
    return {
      measured: {
        closed: ofClosed(99),
        worst: ofClosed(100),
        open: ofOpen(99),
        affected: open.filter((ms) => ms > STALL_MS / 10).length,
      },
      figures: [
        {
          kind: 'percentiles',
          title: `the same server, with the same stall of ${STALL_MS} ms, in two tests`,
          axis: { title: 'latency', unit: 'ms' },
          series: [
            { name: `one after the other (${closed.length})`, points: points(ofClosed) },
            { name: `${PER_SECOND} a second (${open.length})`, points: points(ofOpen) },
          ],
        },
        {
          kind: 'plot',
          title: `each question of the test at ${PER_SECOND} a second`,
          x: { title: 'due at', unit: 'ms' },
          y: { title: 'latency', unit: 'ms' },
          series: [{ name: 'latency', points: open.map((ms, index) => ({ x: index * GAP_MS, y: ms })) }],
        },
      ],
      remarks: [
        'What the first test does is called coordinated omission: it slows down together with what it measures.',
      ],
    }
  },
})
