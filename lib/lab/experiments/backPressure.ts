import { Connection, handled } from '@/core/index.js'
import { PACKAGE } from '@/lab/experiments/frame/advice.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import { Plain, PlainClient, PlainServer } from '@/lab/experiments/frame/plainEnds.js'
import { Trace } from '@/lab/trace/trace.js'
import type { TraceRow } from '@/lab/trace/traceRow.js'

const INBOX = 4
const MESSAGES = 12
const SETTLE_MS = 50
const HOOK_MS = 10
const SHOWN_ROWS = 40

/** The hook of a receiver that is too slow for what comes. */
class Slow extends Connection {
  /** What the hook of each message waits for. */
  static wait: () => Promise<void> = () => Promise.resolve()
  static done = 0

  protected override async transmissionReceived(): Promise<void> {
    await Slow.wait()
    Slow.done++
  }
}

const connected = async (bench: Bench): Promise<Plain> => {
  const listen = ['127.0.0.1:0']
  const server = bench.host(new PlainServer<Slow>({ listen, handler: Slow, maxInboxMessages: INBOX }))
  await server.start()
  const client = bench.host(new PlainClient({ handler: Plain }))
  Slow.done = 0
  return client.connectTo(server.address, { signal: bench.signal })
}

/** A hook that stands still, and then goes on. */
interface Held {
  readonly leftWhileHeld: number
  readonly waitedWhileHeld: number
  readonly arrived: number
  readonly rows: readonly TraceRow[]
}

const held = async (bench: Bench): Promise<Held> => {
  let release: () => void = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  Slow.wait = () => gate
  using trace = bench.use(new Trace())
  const sender = await connected(bench)
  let left = 0
  const sent = Array.from({ length: MESSAGES }, (_, at) =>
    sender.transmit(Buffer.from(`message ${at + 1}`)).then(() => void left++),
  )
  const all = handled(Promise.all(sent))
  await bench.until(() => trace.rows.some(isWithheld))
  await bench.pause(SETTLE_MS)
  const [leftWhileHeld, waitedWhileHeld] = [left, sender.outbound.messages]
  release()
  await all
  await bench.until(() => Slow.done === MESSAGES)
  return { leftWhileHeld, waitedWhileHeld, arrived: Slow.done, rows: trace.rows }
}

/** How far a producer is, and how far the consumer, over time. */
interface Pace {
  readonly points: readonly (readonly [ms: number, sent: number, done: number])[]
  readonly farthest: number
  readonly messagesPerSecond: number
}

/** A producer as fast as it can, which does nothing but wait for each transmit. */
const paced = async (bench: Bench, forMs: number): Promise<Pace> => {
  Slow.wait = () => bench.pause(HOOK_MS)
  const sender = await connected(bench)
  const points: (readonly [number, number, number])[] = []
  const startMs = performance.now()
  let farthest = 0
  let sent = 0
  for (let ms = 0; ms < forMs; ms = performance.now() - startMs) {
    bench.say('a fast producer and a slow consumer', ms / forMs)
    await sender.transmit(Buffer.from('work'))
    sent++
    farthest = Math.max(farthest, sent - Slow.done)
    points.push([performance.now() - startMs, sent, Slow.done])
  }
  return { points, farthest, messagesPerSecond: (Slow.done * 1_000) / (performance.now() - startMs) }
}

const isWithheld = (row: TraceRow): boolean => row.event === 'note' && row.about === 'withheld'

/** From the first withheld answer on, what crossed, shortened in the middle. */
const aroundTheHold = (rows: readonly TraceRow[]): readonly TraceRow[] => {
  const seen = rows.filter(({ event }) => event !== 'found')
  const first = seen.findIndex(isWithheld)
  return seen.slice(Math.max(0, first - 5), first + SHOWN_ROWS - 5).slice(0, 18)
}

export const backPressure = experiment({
  name: 'back-pressure',
  question: 'The consumer is slow. Who tells the producer, and what waits where meanwhile?',
  lesson:
    'An OK that is withheld holds the sender back message by message: what waits stays with who made it, and a ' +
    'producer that awaits its transmit runs at the pace of the consumer.',
  predict: () => ({
    left: {
      what: `of ${MESSAGES} messages, those that leave while the hook of the first stands still`,
      from: INBOX + 1,
      to: INBOX + 1,
      unit: 'messages',
      because:
        `one is in the hook and ${INBOX} are in the inbox (maxInboxMessages); the next length is announced, and ` +
        'its OK is withheld',
      otherwise: 'the numbers of the inbox have changed',
    },
    waits: {
      what: 'messages that wait at the sender meanwhile',
      from: MESSAGES - INBOX - 1,
      to: MESSAGES - INBOX - 1,
      unit: 'messages',
      because: 'a strict sender lets no payload leave without its OK, so nothing piles up on the way',
      otherwise: 'the numbers of the inbox have changed',
    },
    arrived: {
      what: 'messages that have arrived when the hook has gone on',
      from: MESSAGES,
      to: MESSAGES,
      unit: 'messages',
      because: 'holding back loses nothing: the OK comes later, and all goes on',
      otherwise: 'that would be a fault of this library',
    },
    farthest: {
      what: `how far a producer that awaits each transmit gets ahead of a consumer that needs ${HOOK_MS} ms a message`,
      from: 1,
      to: INBOX + 2,
      unit: 'messages',
      because: `never further than one in the hook, ${INBOX} in the inbox, and one on its way`,
      otherwise: 'the numbers of the inbox have changed',
    },
    pace: {
      what: 'the pace of both',
      from: 20,
      to: 1_000 / HOOK_MS,
      unit: 'messages/s',
      because: `1 s / ${HOOK_MS} ms is ${1_000 / HOOK_MS}, less what timers are late`,
      otherwise: 'this machine is very busy',
    },
  }),
  advice: {
    words:
      'Await your transmits, or pipe into duplex(), and let the hook of the receiver return its promise: ' +
      'nothing else is needed. Bound the inbox by what you can hold.',
    code: `
import { Connection, Server } from '${PACKAGE}'

declare const store: (message: Buffer) => Promise<void>

class Storing extends Connection {
  protected override transmissionReceived(message: Buffer) {
    return store(message) // while it is pending, the sender waits
  }
}
class StoringServer extends Server<Storing> {}

export const server = new StoringServer({ handler: Storing, listen: [4000], maxInboxMessages: 64 })`,
  },
  run: async (bench) => {
    bench.say('a hook that stands still')
    const stopped = await held(bench)
    const pace = await paced(bench, bench.rounds(1_000, 200))
    return {
      measured: {
        left: stopped.leftWhileHeld,
        waits: stopped.waitedWhileHeld,
        arrived: stopped.arrived,
        farthest: pace.farthest,
        pace: pace.messagesPerSecond,
      },
      figures: [
        {
          kind: 'ladder',
          title: `around the OK that is withheld: sender at the left, receiver with maxInboxMessages ${INBOX} at the right`,
          names: { opener: 'sender', acceptor: 'receiver' },
          rows: aroundTheHold(stopped.rows),
        },
        {
          kind: 'plot',
          title: 'a fast producer behind a slow consumer',
          x: { title: 'time', unit: 'ms' },
          y: { title: 'messages' },
          shape: 'steps',
          series: [
            { name: 'sent', points: pace.points.map(([x, y]) => ({ x, y })) },
            { name: 'done', points: pace.points.map(([x, , y]) => ({ x, y })) },
          ],
        },
      ],
    }
  },
})
