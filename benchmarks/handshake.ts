/**
 * Question: what does the handshake cost, over message sizes?
 * Unit: messages a second; MB of payload a second from 64 KiB on; shares of the rate without answers.
 * Sizes: 0 B to 16 MiB, one connection, as many messages as fit in the time of a sample.
 * Baseline: our length prefix, the same code with the same limits, which answers nothing; and bare `net` by hand.
 */
import { bout, type Described, type Question } from 'framewright/bench'
import { bareNet } from './contenders/bareNet.js'
import { handshakePipelined } from './contenders/handshakePipelined.js'
import { handshakeBusy } from './contenders/handshakeStrict.js'
import { lengthPrefix } from './contenders/lengthPrefix.js'
import { rateFigures } from './rateFigures.js'

const KIB = 1_024
const MIB = 1_048_576
const AMOUNTS = {
  full: {
    heats: 2,
    rounds: 4,
    forMs: 250,
    sizes: [0, 16, 64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB, 16 * MIB],
  },
  quick: { heats: 1, rounds: 5, forMs: 40, sizes: [0, 64, KIB, 16 * KIB, 256 * KIB, 4 * MIB, 16 * MIB] },
  trial: { heats: 1, rounds: 1, together: true, forMs: 2, sizes: [0, KIB] },
}
const BASELINE = lengthPrefix
const CONTENDERS: readonly Described[] = [handshakeBusy, handshakePipelined, BASELINE, bareNet]

export const handshake: Question = {
  name: 'handshake',
  asks: 'What does the handshake cost, strict and pipelined, from no byte to 16 MiB?',
  longOnly: true,
  seconds: { full: 220, quick: 18 },
  answer: async (plan) => {
    const { forMs, sizes, ...course } = AMOUNTS[plan.pace]
    const entrants = CONTENDERS.flatMap((contender) => sizes.map((bytes) => ({ contender, load: { bytes, forMs } })))
    const scores = await bout(entrants, course, plan)
    const figures = scores.flatMap((score) => {
      const of = scores.find(({ name, bytes }) => name === BASELINE.name && bytes === score.bytes)
      const compared = of !== undefined && of !== score && score.name !== bareNet.name
      return rateFigures(score, score.name, compared ? { name: 'share of the rate without answers', of } : undefined)
    })
    return { scores, figures, promised: [] }
  },
}
