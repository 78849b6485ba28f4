/**
 * Question: what does a connection cost a server while nothing happens on it?
 * Unit: bytes of memory a connection; timers in all.
 * Sizes: 10,000 connections to a server in a fresh process, or as many as the limit on open files allows.
 * Baseline: a bare `net` server with a listener for data, for errors and for the end of each socket.
 */
import { type Contender, type Plan, type Question, ratios, RemoteEnd } from 'framewright/bench'
import { handshakeAwaited } from './contenders/handshakeStrict.js'
import { netIdle } from './contenders/netIdle.js'
import { connectionsOf } from './openFiles.js'

const AMOUNTS = {
  full: { rounds: 7, connections: 10_000, timed: 1_000 },
  quick: { rounds: 3, connections: 10_000, timed: 500 },
  trial: { rounds: 1, connections: 100, timed: 50 },
}
/**
 * Memory is measured after a collection. The young generation is held at its smallest: it grows with the pace at which
 * connections came, keeps its pages, and outweighs what is asked about.
 */
const SERVER_FLAGS = ['--expose-gc', '--max-semi-space-size=1']
export const idle: Question = {
  name: 'idle',
  asks: 'What does an idle connection cost a server?',
  longOnly: true,
  seconds: { full: 25, quick: 10 },
  answer: async (plan) => {
    const { rounds, connections: wanted, timed } = AMOUNTS[plan.pace]
    const connections = connectionsOf(wanted, plan)
    const ours: Cost[] = []
    const bare: Cost[] = []
    for (let round = 0; round < rounds; round++) {
      plan.progress(`round ${round + 1} of ${rounds}`)
      // Who goes first changes, as in a bout.
      if (round % 2 === 0) ours.push(await costOf(handshakeAwaited, connections, plan))
      bare.push(await costOf(netIdle, connections, plan))
      if (round % 2 === 1) ours.push(await costOf(handshakeAwaited, connections, plan))
    }
    const timers = await timersOf(handshakeAwaited, timed, plan)
    const resident = (costs: readonly Cost[]): number[] => costs.map(({ rss }) => rss)
    const heap = (costs: readonly Cost[]): number[] => costs.map(({ heap: bytes }) => bytes)
    return {
      figures: [
        { name: 'ours, resident', unit: 'B a connection', samples: resident(ours) },
        { name: 'bare net, resident', unit: 'B a connection', samples: resident(bare) },
        { name: 'ours, heap', unit: 'B a connection', samples: heap(ours) },
        { name: 'bare net, heap', unit: 'B a connection', samples: heap(bare) },
      ],
      promised: [
        {
          name: 'idle memory over bare',
          goal: { atMost: 1.15 },
          unit: '',
          samples: ratios(resident(ours), resident(bare)),
        },
        { name: `timers of ${timed} connections`, goal: { atMost: 1 }, unit: 'in all', samples: [timers] },
      ],
    }
  },
}

interface Cost {
  readonly rss: number
  readonly heap: number
}

const costOf = (contender: Contender, connections: number, plan: Plan): Promise<Cost> =>
  withServer(contender, plan, async (server, fill) => {
    const before = await server.tell('held')
    await fill(connections)
    const after = await server.tell('held')
    // So few connections as in a trial may fit into pages that the process had already: a ratio of nothing is no number.
    const grown = (from: number, to: number): number => Math.max(1, to - from) / connections
    return { rss: grown(before.rssBytes, after.rssBytes), heap: grown(before.heapBytes, after.heapBytes) }
  })

/** Counted in a process of its own: that which counts takes memory too. */
const timersOf = (contender: Contender, connections: number, plan: Plan): Promise<number> =>
  withServer(contender, plan, async (server, fill) => {
    await server.tell('countTimers')
    await fill(connections)
    return server.tell('timers')
  })

const withServer = async <T>(
  contender: Contender,
  plan: Plan,
  measure: (server: RemoteEnd, fill: (connections: number) => Promise<void>) => Promise<T>,
): Promise<T> => {
  const { name, module, greeting = [] } = contender
  const server = new RemoteEnd(`${name}, server`, { ...plan, execArgv: SERVER_FLAGS })
  const clients = new RemoteEnd(`${name}, clients`, plan)
  try {
    const address = await server.tell('serve', { name, module }, { carrier: 'tcp' })
    const port = 'port' in address ? address.port : 0
    return await measure(server, async (connections) => {
      await clients.tell('crowd', port, connections, greeting)
      await server.tell('crowded', connections)
    })
  } finally {
    await Promise.all([server.dismiss(), clients.dismiss()])
  }
}
