import { PACKAGE } from '@/lab/experiments/frame/advice.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import { Plain, PlainClient, PlainServer } from '@/lab/experiments/frame/plainEnds.js'
import { latency } from '@/lab/faults/latency.js'
import { Proxy } from '@/lab/proxy.js'
import { type Point, quantity } from '@/pages/index.js'

const ONE_WAY_MS = 10
const ROUND_TRIP_MS = 2 * ONE_WAY_MS
const MESSAGE_BYTES = 100
const FRAME_BYTES = MESSAGE_BYTES + 4
const SMALL_WINDOW_BYTES = 1_040
const IN_WINDOW = SMALL_WINDOW_BYTES / FRAME_BYTES
const WIDE_WINDOW_BYTES = 4_194_304
const LATENCIES_MS = [1, 2, 5, 10, 20] as const

/** Sends so many, and waits until all are answered, over a line that delays what passes. @returns messages a second */
const rate = async (bench: Bench, oneWayMs: number, pipeline: false | number, messages: number): Promise<number> => {
  const server = bench.host(new PlainServer({ listen: ['127.0.0.1:0'], handler: Plain, maxInboxMessages: 100_000 }))
  await server.start()
  const proxy = bench.use(new Proxy({ listen: 0, target: server.address, faults: [latency({ ms: oneWayMs })] }))
  await proxy.start()
  const client = bench.host(new PlainClient({ handler: Plain, pipeline }))
  const connection = await client.connectTo(proxy.address, { signal: bench.signal })
  const message = Buffer.alloc(MESSAGE_BYTES, 'm')
  const startMs = performance.now()
  const sent = Array.from({ length: messages }, () => connection.transmit(message))
  await Promise.all([...sent, connection.flush()])
  const tookMs = performance.now() - startMs
  await client.destroy()
  return (messages * 1_000) / tookMs
}

export const pipelining = experiment({
  name: 'pipelining',
  question:
    'Here it sends 20,000 messages a second, over a longer line only 50. The line is not full: what is it waiting for?',
  lesson:
    'Waiting for an answer to each message makes the round trip the limit, whatever the line could carry; a ' +
    'window of messages under way lifts it to window / round trip.',
  predict: () => ({
    strict: {
      what: `strict, over a line of ${ROUND_TRIP_MS} ms there and back`,
      from: 500 / ROUND_TRIP_MS,
      to: 1_100 / ROUND_TRIP_MS,
      unit: 'messages/s',
      because:
        `one message a round trip: 1 s / ${ROUND_TRIP_MS} ms is ${1_000 / ROUND_TRIP_MS}, less what the timers ` +
        'that delay are late',
      otherwise: 'this machine is very busy, so the line is longer than it should be',
    },
    small: {
      what: `pipelined, with a window of ${SMALL_WINDOW_BYTES} bytes`,
      from: (IN_WINDOW * 400) / ROUND_TRIP_MS,
      to: (IN_WINDOW * 1_050) / ROUND_TRIP_MS,
      unit: 'messages/s',
      because: `the window has room for ${IN_WINDOW} messages of ${FRAME_BYTES} bytes, so ${IN_WINDOW} a round trip`,
      otherwise: 'this machine is very busy, so the line is longer than it should be',
    },
    wide: {
      what: `pipelined, with a window of ${quantity(WIDE_WINDOW_BYTES, 'B')}`,
      from: (IN_WINDOW * 2_000) / ROUND_TRIP_MS,
      to: Number.POSITIVE_INFINITY,
      unit: 'messages/s',
      because:
        `${quantity(Math.floor(WIDE_WINDOW_BYTES / FRAME_BYTES))} such messages have room in it: now the line, or the ` +
        'machine, is the limit',
      otherwise: 'this machine is very busy',
    },
  }),
  advice: {
    words:
      'Say pipeline: true where many messages are under way at once, and choose the window by bandwidth × ' +
      'round trip. Stay strict where each message must be welcome before it leaves.',
    code: `
import { Client, Connection } from '${PACKAGE}'

class Feed extends Connection {}
class FeedClient extends Client<Feed> {}

const bytesPerSecond = 12_500_000 // 100 Mbit/s
const roundTripMs = 80
export const client = new FeedClient({ handler: Feed, pipeline: (bytesPerSecond * roundTripMs) / 1_000 })`,
  },
  run: async (bench) => {
    const rounds = bench.rounds(20, 5)
    bench.say('strict')
    const strict = await rate(bench, ONE_WAY_MS, false, rounds)
    bench.say('a small window')
    const small = await rate(bench, ONE_WAY_MS, SMALL_WINDOW_BYTES, rounds * IN_WINDOW)
    bench.say('a wide window')
    const wide = await rate(bench, ONE_WAY_MS, WIDE_WINDOW_BYTES, bench.rounds(10_000, 2_000))
    const points: Point[] = []
    for (const ms of LATENCIES_MS) {
      bench.say(`strict, ${2 * ms} ms there and back`)
      points.push({ x: 2 * ms, y: await rate(bench, ms, false, bench.rounds(15, 3)) })
    }
    return {
      measured: { strict, small, wide },
      figures: [
        {
          kind: 'bars',
          title: `messages of ${MESSAGE_BYTES} bytes a second over a line of ${ROUND_TRIP_MS} ms`,
          axis: { title: 'rate', unit: 'messages/s', scale: 'log' },
          bars: [
            { name: 'strict', value: strict },
            { name: `window of ${quantity(SMALL_WINDOW_BYTES, 'B')}`, value: small },
            { name: `window of ${quantity(WIDE_WINDOW_BYTES, 'B')}`, value: wide },
          ],
        },
        {
          kind: 'plot',
          title: 'strict, over lines of other lengths',
          x: { title: 'there and back', unit: 'ms' },
          y: { title: 'rate', unit: 'messages/s' },
          series: [
            { name: 'measured', points },
            { name: 'one a round trip', points: LATENCIES_MS.map((ms) => ({ x: 2 * ms, y: 1_000 / (2 * ms) })) },
          ],
        },
      ],
      remarks: [
        'The line is a proxy on this machine that hands everything on so much later; it loses nothing and is ' +
          'never full.',
      ],
    }
  },
})
