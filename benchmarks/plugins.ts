/**
 * Question: what do the plugins of the core cost: packing, sealing, and both?
 * Unit: messages a second; MB of payload a second from 64 KiB on; shares of the rate without plugins; the share of its
 * bytes that packing leaves of a message.
 * Sizes: 64 B, which `deflate` leaves as they are, to 1 MiB; as many messages as fit in the time of a sample.
 * Baseline: the same pipelined connection without plugins.
 */
import { deflate } from 'framewright'
import { bout, type Figure, Messages, type Question } from 'framewright/bench'
import { handshakePipelined } from './contenders/handshakePipelined.js'
import { PLUGGED } from './contenders/plugged.js'
import { rateFigures } from './rateFigures.js'

const KIB = 1_024
const MIB = 1_048_576
const AMOUNTS = {
  full: { heats: 2, rounds: 5, forMs: 200, sizes: [64, 512, 4 * KIB, 32 * KIB, 256 * KIB, MIB] },
  quick: { heats: 1, rounds: 3, forMs: 40, sizes: [64, 4 * KIB, 256 * KIB] },
  trial: { heats: 1, rounds: 1, together: true, forMs: 2, sizes: [64, 4 * KIB] },
}

export const plugins: Question = {
  name: 'plugins',
  asks: 'What do the plugins cost: packing, sealing, and both?',
  seconds: { full: 66, quick: 4 },
  answer: async (plan) => {
    const { forMs, sizes, ...course } = AMOUNTS[plan.pace]
    const contenders = [handshakePipelined, ...PLUGGED]
    const entrants = contenders.flatMap((contender) => sizes.map((bytes) => ({ contender, load: { bytes, forMs } })))
    const scores = await bout(entrants, course, plan)
    const bare = scores.slice(0, sizes.length)
    const figures = scores.flatMap((score, place) => {
      const of = bare[place % sizes.length] ?? score
      return rateFigures(
        score,
        score.name,
        of === score ? undefined : { name: 'share of the rate without plugins', of },
      )
    })
    return { scores, figures: [...figures, ...sizes.map(leftOf)], promised: [] }
  },
}

/** How much of one of these messages is left to travel. */
const leftOf = (bytes: number): Figure => ({
  name: 'share of its bytes that packing leaves',
  unit: '',
  point: { line: 'deflate', axis: 'messageBytes', value: bytes },
  samples: [deflate().outbound(new Messages({ bytes, count: 1 }).at(0)).length / bytes],
})
