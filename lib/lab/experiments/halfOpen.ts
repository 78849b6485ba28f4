import { handled } from '@/core/index.js'
import { PACKAGE } from '@/lab/experiments/frame/advice.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { codeOfError } from '@/lab/experiments/frame/codeIn.js'
import { cutCable, type Told } from '@/lab/experiments/frame/cutCable.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import { Plain, PlainClient, PlainServer } from '@/lab/experiments/frame/plainEnds.js'
import { blackHole } from '@/lab/faults/blackHole.js'
import { Proxy } from '@/lab/proxy.js'
import { quantity } from '@/pages/index.js'

const HEARTBEAT_MS = 100
const IDLE_MS = 400
/** The clock of a server is looked at some times in each period; this is more than enough on a busy machine. */
const LATE_MS = 1_000
const watchedMs = (bench: Bench): number => bench.rounds(1_500, 500)
/** The least the system counts in. */
const KEEP_ALIVE_MS = 1_000
/** What Node.js sets: so many questions, a second apart. */
const PROBES = 10
const FOUND_MS = KEEP_ALIVE_MS + PROBES * 1_000
const WATCH_CUT_MS = FOUND_MS + 1_500
const TOO_SHORT = { unseen: `to see it takes ${quantity(FOUND_MS, 'ms')}, and this run is a short one` }

/** How an end of ours learns that the other one is silent. */
interface Learnt {
  readonly name: string
  readonly code: string
  readonly afterMs: number | undefined
}

/** A server, a line, a client; then the line swallows everything. @returns what the server's end learns */
const silenced = async (bench: Bench, name: string, beats: boolean): Promise<Learnt> => {
  const times = beats ? { heartbeatMs: HEARTBEAT_MS, idleTimeoutMs: IDLE_MS } : { idleTimeoutMs: 0 }
  const limits = { ...times, keepAliveMs: KEEP_ALIVE_MS, handler: Plain }
  const server = bench.host(new PlainServer({ ...limits, listen: ['127.0.0.1:0'] }))
  await server.start()
  const proxy = bench.use(new Proxy({ listen: 0, target: server.address }))
  await proxy.start()
  const client = bench.host(new PlainClient(limits))
  await client.connectTo(proxy.address, { signal: bench.signal })
  // Past the first beats, so that both ends know each other to be there.
  await bench.pause(2 * HEARTBEAT_MS)
  proxy.faults = [blackHole()]
  const startMs = performance.now()
  const found = await bench.until(() => server.causes.length > 0, beats ? undefined : watchedMs(bench))
  if (!found) return { name, code: 'nothing', afterMs: undefined }
  return { name, code: codeOfError(server.causes[0]), afterMs: performance.now() - startMs }
}

export const halfOpen = experiment({
  name: 'half-open',
  question: 'The other end is gone: its cable is out, its process hangs. Why is my connection still there, days later?',
  lesson:
    'Silence looks like peace: only bytes that must come show that somebody is there, so beat, and give up ' +
    'after a time of your own; keepalive asks the next system, not the program, and takes its time.',
  predict: (bench) => ({
    beating: {
      what: `when an end with a heartbeat of ${HEARTBEAT_MS} ms and idleTimeoutMs of ${IDLE_MS} notices the silence`,
      from: IDLE_MS - 2 * HEARTBEAT_MS,
      to: IDLE_MS + LATE_MS,
      unit: 'ms',
      because:
        `the last beat came within the ${HEARTBEAT_MS} ms before; from it on ${IDLE_MS} ms are waited, and a ` +
        'little for the coarse clock',
      otherwise: 'this machine is very busy',
    },
    code: {
      what: 'what it says then',
      is: 'IDLE_TIMEOUT',
      because: 'nothing came within idleTimeoutMs, although beats were due',
      otherwise: 'the line broke in another way',
    },
    asking: {
      what: `what an end without a heartbeat, but with keepalive, learns within ${quantity(watchedMs(bench), 'ms')}`,
      is: 'nothing',
      because:
        'what swallows its bytes is a program whose system still answers keepalives, like a proxy or a peer ' +
        'that hangs: it would never learn',
      otherwise: 'the line broke in another way',
    },
    keepAlive: {
      what: 'when keepalive notices a cable that was really cut',
      from: FOUND_MS - 1_000,
      to: FOUND_MS + 1_400,
      unit: 'ms',
      because:
        `it asks first after ${quantity(KEEP_ALIVE_MS, 'ms')} of silence, and then Node.js has it ask ${PROBES} ` +
        'times, a second apart',
      otherwise: 'this version of Node.js, or this system, asks in another rhythm',
    },
    unanswered: {
      what: 'when the same notices it that had written something meanwhile',
      is: 'not in that time',
      because:
        'what is not acknowledged is sent again, after 0.2 s, 0.4 s, 0.8 s ..., for some 15 minutes ' +
        '(tcp_retries2), and keepalive waits until that is over',
      otherwise: 'this system gives up sooner (TCP_USER_TIMEOUT)',
    },
    neither: {
      what: 'when a connection without either notices it',
      is: 'not in that time',
      because: 'it has nothing to say and hears nothing: nothing is due, so nothing is missing',
      otherwise: 'something was sent',
    },
  }),
  advice: {
    words:
      'Beat at both ends, a few times within the time after which you want to know. Keep keepalive on (it is, ' +
      'here) for connections that may be silent for hours, and never wait for an answer without a limit.',
    code: `
import { Connection, Server } from '${PACKAGE}'

class Watched extends Connection {
  protected override postLoop(cause: Error | undefined) {
    if (cause !== undefined) console.error('lost:', cause.message)
  }
}
class WatchedServer extends Server<Watched> {}

export const server = new WatchedServer({
  handler: Watched,
  listen: [4000],
  heartbeatMs: 5_000,
  idleTimeoutMs: 20_000, // more than two or three beats
})`,
  },
  run: async (bench) => {
    const watchMs = bench.rounds(WATCH_CUT_MS, 500)
    bench.say('a line that swallows everything, and a cable that is cut')
    const cutting = handled(cutCable(bench, bench.node, { watchMs, keepAliveMs: KEEP_ALIVE_MS }))
    const beating = await silenced(bench, 'heartbeat', true)
    const asking = await silenced(bench, 'keepalive', false)
    bench.say('waiting for keepalive')
    const cut = await cutting
    const told = (name: Told['name']): Told | undefined =>
      'unseen' in cut ? undefined : cut.find((one) => one.name === name)
    const learnt = (name: 'unanswered' | 'neither') => {
      if ('unseen' in cut) return cut
      return watchMs < WATCH_CUT_MS ? TOO_SHORT : (told(name)?.code ?? 'not in that time')
    }
    const never = (ms: number | undefined): string => (ms === undefined ? 'never' : quantity(ms, 'ms'))
    return {
      measured: {
        beating: beating.afterMs ?? Number.POSITIVE_INFINITY,
        code: beating.code,
        asking: asking.code,
        keepAlive:
          'unseen' in cut
            ? cut
            : (told('keepAlive')?.afterMs ?? (watchMs < WATCH_CUT_MS ? TOO_SHORT : Number.POSITIVE_INFINITY)),
        unanswered: learnt('unanswered'),
        neither: learnt('neither'),
      },
      figures: [
        {
          kind: 'table',
          title: 'who noticed what',
          columns: [
            { title: 'connection' },
            { title: 'what happened' },
            { title: 'noticed after', numeric: true },
            { title: 'told' },
          ],
          rows: [
            ['with a heartbeat', 'swallowed by a program', never(beating.afterMs), beating.code],
            ['with keepalive', 'swallowed by a program', never(asking.afterMs), asking.code],
            ...('unseen' in cut
              ? []
              : cut.map(({ name, code = 'nothing', afterMs }) => [LABELS[name], 'cable cut', never(afterMs), code])),
          ],
        },
      ],
      remarks: [
        `"never" is: not while it was watched, for ${quantity(watchedMs(bench), 'ms')} behind the program and ` +
          `${quantity(watchMs, 'ms')} behind the cut cable.`,
        ...('unseen' in cut ? [`The cable could not be cut: ${cut.unseen}.`] : []),
      ],
    }
  },
})

const LABELS: Readonly<Record<Told['name'], string>> = {
  keepAlive: 'with keepalive',
  unanswered: 'with keepalive, having written',
  neither: 'with neither',
}
