/**
 * Question: what do TLS and a unix socket make of the rate, beside plain TCP?
 * Unit: messages a second; MB of payload a second from 64 KiB on; shares of the rate over plain TCP; seconds of processor
 * time a million messages at the sender.
 * Sizes: 64 B to 1 MiB, as many messages as fit in the time of a sample; one connection, made before.
 * Baseline: the same contender over TCP, bare `net` among them.
 */
import { bout, CARRIERS, cpuSeconds, type Described, type Figure, type Question } from 'framewright/bench'
import { bareNet } from './contenders/bareNet.js'
import { handshakePipelined } from './contenders/handshakePipelined.js'
import { handshakeBusy } from './contenders/handshakeStrict.js'
import { lengthPrefix } from './contenders/lengthPrefix.js'
import { wsBinary } from './contenders/wsBinary.js'
import { rateFigures } from './rateFigures.js'

const KIB = 1_024
const MIB = 1_048_576
const FEW: readonly Described[] = [bareNet, handshakePipelined, wsBinary]
const MAIN: readonly Described[] = [bareNet, handshakePipelined, lengthPrefix, handshakeBusy, wsBinary]
const AMOUNTS = {
  full: { heats: 2, rounds: 5, forMs: 150, contenders: MAIN, sizes: [64, KIB, 16 * KIB, 128 * KIB, MIB] },
  quick: { heats: 1, rounds: 3, forMs: 40, contenders: FEW, sizes: [64, 64 * KIB] },
  trial: { heats: 1, rounds: 1, together: true, forMs: 2, contenders: FEW, sizes: [64] },
}

export const tls: Question = {
  name: 'tls',
  asks: 'What do TLS and a unix socket make of the rate, beside plain TCP?',
  seconds: { full: 150, quick: 7 },
  answer: async (plan) => {
    const { forMs, contenders, sizes, ...course } = AMOUNTS[plan.pace]
    const entrants = contenders.flatMap((contender) =>
      CARRIERS.flatMap((carrier) => sizes.map((bytes) => ({ contender, carrier, load: { bytes, forMs } }))),
    )
    const scores = await bout(entrants, course, plan)
    const figures = scores.flatMap((score): Figure[] => {
      const { name, carrier, bytes } = score
      const line = `${name}, ${carrier}`
      const of = scores.find((other) => other.name === name && other.bytes === bytes && other.carrier === 'tcp')
      const compared = of !== undefined && of !== score
      const point = { line, axis: 'messageBytes', value: bytes } as const
      return [
        ...rateFigures(score, line, compared ? { name: 'share of the rate over TCP', of } : undefined),
        { name: 'sender', unit: 's of CPU a million', point, samples: cpuSeconds(score, 'client') },
      ]
    })
    return { scores, figures, promised: [] }
  },
}
