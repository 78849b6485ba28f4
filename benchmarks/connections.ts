/**
 * Question: what becomes of the rate when many connections share a server, and what does each of them take?
 * Unit: messages a second of all together; shares of fairness when half of all messages have come; connections opened a
 * second, until both ends have them; bytes of resident memory a connection at each end, after a collection.
 * Sizes: 64 B on 1 to 10,000 connections, in a quick pass on up to 500, all sending at the same time, the same number of
 * messages each, with at most 8 under way on each; as many connections as the limit on open files allows. Memory is
 * asked about from 1,000 on.
 * Baseline: bare `net` with a length in front of each message, by hand.
 */
import {
  compared,
  countLasting,
  type Described,
  type Figure,
  type Plan,
  type Question,
  spreadOf,
  STEADY_MEMORY,
  Throng,
  type ThrongSample,
} from 'framewright/bench'
import { bareNet } from './contenders/bareNet.js'
import { handshakePipelined } from './contenders/handshakePipelined.js'
import { handshakeBusy } from './contenders/handshakeStrict.js'
import { wsBinary } from './contenders/wsBinary.js'
import { connectionsOf } from './openFiles.js'

const BYTES = 64
const AMOUNTS = {
  full: { heats: 2, rounds: 3, forMs: 300, crowds: [1, 10, 100, 1_000, 10_000] },
  quick: { heats: 1, rounds: 3, forMs: 60, crowds: [1, 100, 500] },
  trial: { heats: 1, rounds: 1, forMs: 1, crowds: [100] },
}
/** Fewer messages than that on each connection do not tell who is served and who is not. */
const LEAST_MESSAGES = 32
/** All messages of a sample have numbers of their own. */
const MOST_IN_ALL = 4_000_000
/** With fewer connections, neither the time that opening takes nor what the memory grows by is theirs. */
const MANY = 100
const WEIGHED = 1_000
/** As in `idle`: the young generation keeps what it once had, and outweighs what is asked about. */
const WEIGHING = ['--expose-gc', '--max-semi-space-size=1']

const CONTENDERS: readonly Described[] = [bareNet, handshakePipelined, handshakeBusy, wsBinary]
const SECONDS = { full: 550, quick: 14 }

export const connections: Question = {
  name: 'connections',
  asks: 'What becomes of the rate on many connections, and what does each of them take?',
  seconds: SECONDS,
  secondsWith: (pace, wishes) => Math.ceil((SECONDS[pace] * compared(CONTENDERS, wishes).length) / CONTENDERS.length),
  contenders: CONTENDERS,
  heeds: ['contenders', 'only'],
  answer: async (plan) => {
    const { heats, crowds } = AMOUNTS[plan.pace]
    const present = compared(CONTENDERS, plan.wishes).filter(({ name, needs = [] }) => plan.present(name, needs))
    const sizes = [...new Set(crowds.map((wanted) => connectionsOf(wanted, plan)))]
    const rows = sizes.flatMap((count) => present.map((contender) => new Row(contender, count)))
    for (let heat = 0; heat < heats; heat++) {
      for (const [place, row] of rows.entries()) {
        plan.progress(`heat ${heat + 1} of ${heats}, ${place + 1} of ${rows.length}`)
        await row.play(plan)
        if (row.connections >= WEIGHED) await row.weigh(plan)
      }
    }
    return { figures: rows.flatMap((row) => row.figures()), promised: [] }
  },
}

/** One contender with so many connections, and all that has been measured of it. */
class Row {
  readonly connections: number
  readonly #contender: Described
  readonly #samples: ThrongSample[] = []
  readonly #openedPerSecond: number[] = []
  readonly #serverBytes: number[] = []
  readonly #clientBytes: number[] = []

  constructor(contender: Described, count: number) {
    this.#contender = contender
    this.connections = count
  }

  async play(plan: Plan): Promise<void> {
    const { rounds, forMs } = AMOUNTS[plan.pace]
    await using throng = new Throng(this.#contender, { ...plan, ...STEADY_MEMORY })
    await throng.enter()
    const openedMs = await throng.open(this.connections)
    this.#openedPerSecond.push((this.connections / openedMs) * 1e3)
    const count = await this.#countFor(throng, forMs)
    for (let round = 0; round < rounds; round++) this.#samples.push(await throng.play({ bytes: BYTES, count }))
    await throng.check()
  }

  /** In processes of their own, since what is set for this costs time elsewhere. Each connection has carried messages. */
  async weigh(plan: Plan): Promise<void> {
    await using throng = new Throng(this.#contender, { ...plan, execArgv: WEIGHING })
    await throng.enter()
    const before = await throng.held()
    await throng.open(this.connections)
    await throng.play({ bytes: BYTES, count: LEAST_MESSAGES }, true)
    const after = await throng.held()
    this.#serverBytes.push((after.server.rssBytes - before.server.rssBytes) / this.connections)
    this.#clientBytes.push((after.client.rssBytes - before.client.rssBytes) / this.connections)
  }

  figures(): Figure[] {
    const point = { line: this.#contender.name, axis: 'connections', value: this.connections } as const
    const figure = (name: string, unit: string, samples: readonly number[]): Figure => ({ name, unit, point, samples })
    const several = this.connections > 1
    return [
      figure(
        'rate',
        'messages/s',
        this.#samples.map(({ count, elapsedMs }) => (count / elapsedMs) * 1e3),
      ),
      figure(
        'share of the slowest',
        '',
        several ? this.#samples.map(({ halfway }) => Math.min(...halfway) / spreadOf([...halfway]).median) : [],
      ),
      figure("Jain's index", '', several ? this.#samples.map(({ halfway }) => jainOf(halfway)) : []),
      figure('opened', 'connections/s', this.connections < MANY ? [] : this.#openedPerSecond),
      figure('server, resident', 'B a connection', this.#serverBytes),
      figure('clients, resident', 'B a connection', this.#clientBytes),
    ]
  }

  #countFor(throng: Throng, forMs: number): Promise<number> {
    const most = Math.max(LEAST_MESSAGES, Math.floor(MOST_IN_ALL / this.connections))
    const bounds = { first: LEAST_MESSAGES, least: LEAST_MESSAGES, most }
    return countLasting(forMs, bounds, async (count, thorough) => {
      const { elapsedMs } = await throng.play({ bytes: BYTES, count }, thorough)
      return elapsedMs
    })
  }
}

/** 1 where all have had as much; 1/n where one of n has had all. */
const jainOf = (shares: Float64Array): number => {
  const sum = shares.reduce((all, share) => all + share, 0)
  return sum ** 2 / (shares.length * shares.reduce((all, share) => all + share ** 2, 0))
}
