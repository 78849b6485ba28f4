/**
 * Question: what does a pnet node add to the cryptography of its protocol, and how much of a stream does it hold?
 * Unit: milliseconds a request, from its packet to that of its reply; MiB of resident memory of each process, at its
 * peak, beyond what it held when the stream began.
 * Sizes: a request and a reply of 12 characters, RSA keys of 2,048 bits, with a network key; a stream of 100 MiB that
 * goes through a function and comes back, in parts of 16 KiB.
 * Baseline: the same RSA, AES and HMAC operations on bytes of the same sizes, by `node:crypto` and nothing else.
 */
import { systemClock } from 'framewright'
import { Desk } from '@/protocols/pnet/desk.js'
import { sealEnvelope } from '@/protocols/pnet/envelope.js'
import { FernetKey, Node, NodeKey } from 'framewright/pnet'
import { Network } from '@/protocols/pnet/network.js'
import { PublicKeyCache } from '@/protocols/pnet/publicKeyCache.js'
import { encodeUniversal } from '@/protocols/pnet/universal.js'
import { nowMs, type Peaks, peaksOf, type Plan, type Question, ratios } from 'framewright/bench'
import { BareCryptography } from './contenders/bareCryptography.js'
import { PNET_KEY } from './contenders/pnetKey.js'
import { pnetStreamed } from './contenders/pnetStreamed.js'

const MIB = 1_048_576
const AMOUNTS = {
  full: { rounds: 15, requests: 400, streams: 3, bytes: 100 * MIB },
  quick: { rounds: 5, requests: 200, streams: 1, bytes: 100 * MIB },
  trial: { rounds: 1, requests: 4, streams: 1, bytes: MIB },
}
/** A stream of 100 MiB takes 12,800 requests, each with its cryptography. */
const STREAM_TIMEOUT_MS = 300_000

export const pnet: Question = {
  name: 'pnet',
  asks: 'What does a pnet node add to its cryptography, and how much of a stream does it hold?',
  longOnly: true,
  seconds: { full: 440, quick: 40 },
  answer: async (plan) => {
    const { rounds, requests, streams, bytes } = AMOUNTS[plan.pace]
    const asked = await requestsOf(rounds, requests, plan)
    const held: Peaks[] = []
    for (let stream = 0; stream < streams; stream++) {
      plan.progress(`stream ${stream + 1} of ${streams}`)
      const timeoutMs = Math.max(plan.timeoutMs, STREAM_TIMEOUT_MS)
      held.push(await peaksOf(pnetStreamed, { bytes, count: 1 }, { ...plan, timeoutMs }, { thorough: true }))
    }
    const goal = { atMost: 64 }
    return {
      figures: [
        { name: 'cryptography alone', unit: 'ms a request', samples: asked.bare },
        { name: 'opened and answered', unit: 'ms a request', samples: asked.ours },
        { name: 'both ends and loopback TCP', unit: 'ms a request', samples: asked.whole },
        {
          name: 'there and back',
          unit: 'MB/s',
          samples: held.map(({ elapsedMs, behindMs }) => bytes / (elapsedMs - behindMs) / 1e3),
        },
      ],
      promised: [
        {
          name: 'opened and answered over cryptography',
          goal: { atMost: 1.3 },
          unit: '',
          samples: ratios(asked.ours, asked.bare),
        },
        { name: 'memory of the caller', goal, unit: 'MiB', samples: held.map(({ clientBytes }) => clientBytes / MIB) },
        { name: 'memory of the called', goal, unit: 'MiB', samples: held.map(({ serverBytes }) => serverBytes / MIB) },
      ],
    }
  },
}

interface Asked {
  readonly bare: number[]
  readonly ours: number[]
  readonly whole: number[]
}

/** Runs of one before it is the turn of the other. */
const IN_TURN = 20
const TEXT = 'hello, world'

/** All in one process, in turn, so that whatever else the machine does meets all alike. */
const requestsOf = async (rounds: number, requests: number, plan: Plan): Promise<Asked> => {
  const key = NodeKey.parsePem(PNET_KEY)
  const networkKey = FernetKey.generate()
  const network = new Network({ networkId: 'nodes', networkKey })
  const owner = { handle: () => TEXT, advertised: () => {}, requestFailed: () => {} }
  const parts = { network, key, keys: new PublicKeyCache(), clock: systemClock, handlerTimeoutMs: 60_000, owner }
  const desk = new Desk(parts)
  const packet = network.encode('msg', sealEnvelope(encodeUniversal(TEXT), key.publicKey), key.publicKey)
  const cryptography = new BareCryptography(encodeUniversal(TEXT).length)
  const server = new Node({
    name: 'server',
    key,
    networkKey,
    listen: '127.0.0.1:0',
    advertisePort: 41_835,
    handler: () => TEXT,
  })
  const client = new Node({ name: 'client', key, networkKey })
  const asked: Asked = { bare: [], ours: [], whole: [] }
  const bare = (): unknown => cryptography.openAndAnswer()
  const ours = async (): Promise<void> => {
    const reply = await desk.answer(packet, undefined, new AbortController())
    if (reply === undefined) throw new Error('it was not answered')
  }
  const whole = async (): Promise<void> => {
    if ((await client.send('server', TEXT)) !== TEXT) throw new Error('another reply came')
  }
  try {
    await server.serve()
    client.addPeer({ name: 'server', host: '127.0.0.1', port: server.address.port, publicKey: key.publicKey })
    for (const run of [bare, ours, whole]) await paceOf(run, requests, plan)
    for (let round = 0; round < rounds; round++) {
      plan.progress(`requests, round ${round + 1} of ${rounds}`)
      const [bareMs, oursMs] = await paceInTurn(bare, ours, requests, plan)
      asked.bare.push(bareMs)
      asked.ours.push(oursMs)
      asked.whole.push(await paceOf(whole, requests, plan))
    }
    return asked
  } finally {
    await Promise.all([client.shutdown(), server.shutdown()])
  }
}

/** Milliseconds for each of so many runs, one after the other. */
const paceOf = async (run: () => unknown, times: number, { signal }: Plan): Promise<number> => {
  const startMs = nowMs()
  for (let time = 0; time < times; time++) {
    signal.throwIfAborted()
    await run()
  }
  return (nowMs() - startMs) / times
}

/** As `paceOf`, for two that take turns every few runs: what else the machine does then meets both. */
const paceInTurn = async (
  one: () => unknown,
  other: () => unknown,
  times: number,
  plan: Plan,
): Promise<readonly [oneMs: number, otherMs: number]> => {
  const sumMs = [0, 0] as [number, number]
  for (let turn = 0; turn < times; turn += IN_TURN) {
    const runs = Math.min(IN_TURN, times - turn)
    sumMs[0] += runs * (await paceOf(one, runs, plan))
    sumMs[1] += runs * (await paceOf(other, runs, plan))
  }
  return [sumMs[0] / times, sumMs[1] / times]
}
