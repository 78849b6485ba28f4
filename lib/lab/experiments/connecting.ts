import { quantity } from '@/pages/index.js'
import { PACKAGE } from '@/lab/experiments/frame/advice.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { codeIn } from '@/lab/experiments/frame/codeIn.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import { kernelSetting } from '@/lab/experiments/frame/kernelSockets.js'
import { neverAccepting } from '@/lab/experiments/frame/neverAccepting.js'
import { Plain, PlainClient } from '@/lab/experiments/frame/plainEnds.js'

const BACKLOG = 8
const BURST = 40
const AT_ONCE_MS = 900
const RETRY_MS = 1_000
const GIVE_UP_MS = 300
const TINY_BACKLOG = 1
const DIALS = 5
const [RETRIES = 6] = kernelSetting('tcp_syn_retries') ?? []
/** After 1 s, 2 s, 4 s ... */
const SYSTEM_GIVES_UP_MS = RETRY_MS * (2 ** (RETRIES + 1) - 1)

/** Asks a port where nobody listens. */
const refused = async (bench: Bench): Promise<{ readonly code: string; readonly ms: number }> => {
  const { port, server } = await bench.listen(() => {})
  await bench.event((done) => server.close(() => done()))
  const startMs = performance.now()
  const code = await codeIn(bench.connect(port))
  return { code, ms: performance.now() - startMs }
}

/** Many connect in the same tick, so that nobody can be accepted in between. @returns when each was connected */
const burst = async (bench: Bench): Promise<{ readonly connectedMs: readonly number[]; readonly accepted: number }> => {
  let accepted = 0
  const { port } = await bench.listen(() => void accepted++, { backlog: BACKLOG })
  const startMs = performance.now()
  const connectedMs: number[] = []
  for (let dial = 0; dial < BURST; dial++)
    bench.dial(port).once('connect', () => connectedMs.push(performance.now() - startMs))
  await bench.until(() => connectedMs.length === BURST, 2 * RETRY_MS)
  return { connectedMs, accepted }
}

/** Asks a listener whose program never accepts. */
const ignored = async (bench: Bench) => {
  const { port } = bench.use(await neverAccepting(TINY_BACKLOG))
  const limits = { handler: Plain, openingTimeoutMs: GIVE_UP_MS }
  const opening = await codeIn(bench.host(new PlainClient(limits)).connectTo(port))
  let connected = 1
  for (let dial = 1; dial < DIALS; dial++) bench.dial(port).once('connect', () => void connected++)
  const client = bench.host(new PlainClient({ ...limits, connectTimeoutMs: GIVE_UP_MS }))
  const connecting = await codeIn(client.connectTo(port))
  return { opening, connected, connecting }
}

export const connecting = experiment({
  name: 'connecting',
  question: 'My connect fails at once, or after a second, or hangs, or succeeds and then nothing happens: who decides?',
  lesson:
    'The system answers for a program: refused at once where nobody listens, silence where the queue of the ' +
    'listener is full, and "connected" before any program has seen you.',
  predict: () => ({
    refused: {
      what: 'connecting to a port where nobody listens',
      is: 'ECONNREFUSED',
      because: 'the system answers the first segment (SYN) with a reset',
      otherwise: 'somebody has begun to listen there, or a firewall swallows the answer',
    },
    refusedMs: {
      what: 'after',
      from: 0,
      to: 100,
      unit: 'ms',
      because: 'that is one round trip; no timer takes part',
      otherwise: 'this machine is very busy',
    },
    atOnce: {
      what: `of ${BURST} connects in one tick to a listener with a backlog of ${BACKLOG}, those that succeed at once`,
      from: BACKLOG + 1,
      to: BACKLOG + 1,
      unit: 'connections',
      because:
        'the queue holds one more than its backlog, and nobody accepts before the tick is over; the system drops ' +
        'what does not fit without a word',
      otherwise: 'this system counts its queue in another way, or cuts the backlog (somaxconn)',
    },
    late: {
      what: 'how long the others take, at least',
      from: RETRY_MS * 0.9,
      to: RETRY_MS * 1.8,
      unit: 'ms',
      because: `a SYN that was dropped is sent again after ${quantity(RETRY_MS, 'ms')}, then after two more, and four`,
      otherwise: 'this system repeats a SYN after another time',
    },
    connected: {
      what: `of ${DIALS} connects to a program that never accepts, with a backlog of ${TINY_BACKLOG}, those that succeed`,
      from: TINY_BACKLOG + 1,
      to: TINY_BACKLOG + 1,
      unit: 'connections',
      because: '"connected" is the word of the system at the other end, not of the program there',
      otherwise: 'this system counts its queue in another way',
    },
    opening: {
      what: 'what a client of this library says to such a success',
      is: 'OPENING_TIMEOUT',
      because: 'it takes nobody for connected who has not said ff',
      otherwise: 'the program has woken up',
    },
    connecting: {
      what: 'and what it says when the queue is full',
      is: 'CONNECT_TIMEOUT',
      because:
        'a full queue and a black hole look the same: silence. The system itself would try for ' +
        quantity(SYSTEM_GIVES_UP_MS, 'ms'),
      otherwise: 'the system answers for a full queue with a reset (tcp_abort_on_overflow)',
    },
  }),
  advice: {
    words:
      'Give every connect a time of your own, in which the other program must have said something, and let a ' +
      'server that meets bursts have a backlog to match.',
    code: `
import { Client, Connection, Server } from '${PACKAGE}'

class Caller extends Connection {}
class CallerClient extends Client<Caller> {}
class CallerServer extends Server<Caller> {}

export const server = new CallerServer({ handler: Caller, listen: [4000], backlog: 1_024 })
const client = new CallerClient({ handler: Caller, connectTimeoutMs: 2_000, openingTimeoutMs: 2_000 })
export const caller = () => client.connectTo('127.0.0.1:4000', { signal: AbortSignal.timeout(3_000) })`,
  },
  run: async (bench) => {
    bench.say('connecting to nobody')
    const nobody = await refused(bench)
    bench.say('a burst')
    const { connectedMs, accepted } = await burst(bench)
    const prompt = connectedMs.filter((ms) => ms < AT_ONCE_MS)
    const late = connectedMs.filter((ms) => ms >= AT_ONCE_MS)
    bench.say('connecting to who never accepts')
    const silent = await ignored(bench)
    const missing = BURST - accepted
    return {
      measured: {
        refused: nobody.code,
        refusedMs: nobody.ms,
        atOnce: prompt.length,
        late: late.length === 0 ? { unseen: 'all succeeded at once' } : Math.min(...late),
        ...silent,
      },
      figures: [
        {
          kind: 'plot',
          title: `when each of ${BURST} connects succeeded`,
          x: { title: 'connect, in the order of success' },
          y: { title: 'after', unit: 'ms' },
          series: [{ name: `backlog ${BACKLOG}`, points: connectedMs.map((ms, at) => ({ x: at + 1, y: ms })) }],
        },
      ],
      remarks: [
        ...(missing > 0 && connectedMs.length === BURST
          ? [
              `All ${BURST} were told "connected", yet the server has met only ${accepted}: when many SYN come ` +
                'again at once, the ' +
                'last segment of the handshake is dropped as well, and only the client believes in the connection.',
            ]
          : []),
        'A real black hole (a firewall, a host that is gone) cannot be made on the loopback interface without ' +
          'privileges; for who connects, a full queue is the same.',
      ],
    }
  },
})
