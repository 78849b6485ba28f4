/**
 * Question: how many small messages a second, when each has its promise and the window is respected?
 * Unit: messages a second; the promises are ratios of rates of the same round.
 * Sizes: 64 B, as many as fit, on one connection.
 * Baseline: `ws` sending the same messages, one `send` each; and a bare `net` loop that writes the same bytes by hand.
 */
import { bout, figuresOf, messageRates, type Question, ratios } from 'framewright/bench'
import { handshakePipelined } from './contenders/handshakePipelined.js'
import { netPipelined } from './contenders/netPipelined.js'
import { wsBinary } from './contenders/wsBinary.js'

const BYTES = 64
/** Counts are such that all contenders take about as long. */
const AMOUNTS = {
  full: { heats: 6, rounds: 4, warmUps: 6, ours: 2_000_000, bare: 3_000_000, ws: 80_000 },
  quick: { heats: 1, rounds: 4, warmUps: 4, ours: 1_200_000, bare: 1_500_000, ws: 60_000 },
  trial: { heats: 1, rounds: 1, together: true, ours: 2_000, bare: 2_000, ws: 2_000 },
}

export const pipelined64: Question = {
  name: 'pipelined64',
  asks: 'How many messages of 64 bytes a second, pipelined, a promise each?',
  seconds: { full: 150, quick: 15 },
  answer: async (plan) => {
    const { ours: ourCount, bare: bareCount, ws: wsCount, ...course } = AMOUNTS[plan.pace]
    const entrants = [
      { contender: handshakePipelined, load: { bytes: BYTES, count: ourCount } },
      { contender: netPipelined, load: { bytes: BYTES, count: bareCount } },
      { contender: wsBinary, load: { bytes: BYTES, count: wsCount } },
    ]
    const scores = await bout(entrants, course, plan)
    const [ours = [], bare = [], ws = []] = scores.map(messageRates)
    return {
      scores,
      figures: figuresOf(scores, 'messages/s'),
      promised: [
        { name: 'pipelined over ws', goal: { atLeast: 20 }, unit: '', samples: ratios(ours, ws) },
        { name: 'pipelined over bare, same framing', goal: { atLeast: 0.5 }, unit: '', samples: ratios(ours, bare) },
      ],
    }
  },
}
