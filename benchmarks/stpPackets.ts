/**
 * Question: what does a plain STP packet cost, from its bytes to its handler?
 * Unit: packets a second: sizes, header and body read and checked, the peer found and refreshed, a middleware and a handler called.
 * Sizes: header of 0.8 KiB with a public key of 2048 bits, as a node sends it, and of 0.2 KiB without; bodies of 30 B and
 * of 1 KiB; 16 peers.
 * Baseline: `JSON.parse` on the same header and the same body, both as text already.
 */
import { systemClock } from 'framewright'
import { Guard } from '@/protocols/stp/guard.js'
import { PacketDesk } from '@/protocols/stp/packetDesk.js'
import { writePacket } from '@/protocols/stp/packetWriter.js'
import { Register } from '@/protocols/stp/register.js'
import { Routes } from '@/protocols/stp/routes.js'
import { freshIdentity, type Identity } from '@/protocols/stp/rsaKeys.js'
import { nothingCounted } from '@/protocols/stp/stpCounts.js'
import { stpSettingsOf } from '@/protocols/stp/stpOptions.js'
import {
  type Answer,
  type Figure,
  micro,
  type Micro,
  type Plan,
  type Promised,
  type Question,
  spreadOf,
} from 'framewright/bench'

const PEERS = 16
const PACKETS = 256
const ROUNDS = { full: 7, quick: 3, trial: 1 }
/** Of one round, for each. */
const SECONDS = { full: 0.6, quick: 0.3, trial: 0.02 }
const GOAL = { atLeast: 0.5 }

/** One packet as it comes, and its two texts. */
interface Sample {
  readonly ip: string
  readonly packet: Buffer
  readonly header: string
  readonly body: string
  /** Characters of its data. */
  readonly size: number
}

export const stpPackets: Question = {
  name: 'stpPackets',
  asks: 'What does a plain STP packet cost, from its bytes to its handler?',
  longOnly: true,
  seconds: { full: 30, quick: 8 },
  needs: ['benchmark'],
  answer: async (plan) => {
    const identity = await freshIdentity(2_048)
    const answers = [
      await compare('30 B', samplesOf(identity, 18, true), plan),
      await compare('1 KiB', samplesOf(identity, 1_012, true), plan),
      await compare('30 B, no key', samplesOf(identity, 18, false), plan),
    ]
    const figures = answers.flatMap((answer) => answer.figures)
    return { figures, promised: answers.flatMap(({ promised }) => promised) }
  },
}

/** Both in turn, so that each ratio is of neighbours. */
const compare = async (size: string, samples: readonly Sample[], plan: Plan): Promise<Answer> => {
  const expected = samples.reduce((sum, sample) => sum + sample.size, 0)
  const works = [
    { name: `packet to handler, ${size}`, operations: PACKETS, expected, run: reading(samples) },
    { name: `JSON.parse of both texts, ${size}`, operations: PACKETS, expected, run: parsing(samples) },
  ] as const satisfies readonly Micro[]
  const rounds: Figure[][] = []
  for (let round = 0; round < ROUNDS[plan.pace]; round++) {
    const turned = round % 2 === 0 ? works : works.toReversed()
    const figures = await micro(turned, SECONDS[plan.pace], plan)
    rounds.push(round % 2 === 0 ? figures : figures.toReversed())
  }
  const figures = works.map(({ name }, at) => {
    const samplesOfAll = rounds.flatMap((round) => round[at]?.samples ?? [])
    return { name, unit: 'packets/s', samples: samplesOfAll }
  })
  const promised: Promised = {
    name: `packet to handler, of JSON.parse, ${size}`,
    goal: GOAL,
    unit: '',
    samples: rounds.map(([ours, theirs]) => medianOf(ours) / medianOf(theirs)),
  }
  return { figures, promised: [promised] }
}

const medianOf = (figure: Figure | undefined): number => spreadOf(figure?.samples ?? []).median

const samplesOf = (identity: Identity, size: number, passPubKey: boolean): readonly Sample[] =>
  Array.from({ length: PACKETS }, (_, at) => {
    const peer = at % PEERS
    const author = {
      session: `session ${peer}`,
      user: `user ${peer}`,
      hostname: `host${peer}`,
      udpport: 57_000,
      tcpport: 57_001,
      identity,
      hybrid: true,
      maxPacketBytes: 4_096_000,
    }
    const data = String(at).padEnd(size, '-')
    const letter = { protocol: 'UDP', namespace: '/chat', data, recipient: undefined, passPubKey } as const
    const packet = writePacket(author, letter)
    const bodyAt = 6 + packet.readUInt16BE(0)
    const [header, body] = [packet.toString('latin1', 6, bodyAt), packet.toString('latin1', bodyAt)]
    return { ip: `10.0.0.${peer}`, packet, header, body, size }
  })

const reading = (samples: readonly Sample[]): (() => number) => {
  const settings = stpSettingsOf({})
  const counts = nothingCounted()
  let sum = 0
  const failed = (error: unknown): never => {
    throw error instanceof Error ? error : new Error(String(error))
  }
  const guard = new Guard(systemClock, 0, failed)
  const routes = new Routes(guard.call)
  const register = new Register(settings, counts, guard, () => false)
  routes.addMiddleware((_data, { user }) => {
    if (user === undefined) sum = Number.NaN
  })
  routes.add('/chat', ({ data }) => {
    if (typeof data === 'string') sum += data.length
  })
  const desk = new PacketDesk(settings, {
    session: 'own',
    counts,
    routes,
    identity: () => undefined,
    heardFrom: (ip, header, headerBytes) => register.heardFrom(ip, header, headerBytes),
    asked: failed,
    packetDropped: failed,
    failed,
  })
  return () => {
    sum = 0
    for (const { packet, ip } of samples) desk.take(packet, ip, 'UDP')
    return sum
  }
}

const parsing = (samples: readonly Sample[]) => (): number => {
  let sum = 0
  for (const { header, body } of samples) {
    const { user }: { readonly user?: unknown } = JSON.parse(header)
    const { msg }: { readonly msg?: unknown } = JSON.parse(body)
    if (user !== undefined && typeof msg === 'string') sum += msg.length
  }
  return sum
}
