/**
 * Question: what does it bring to give many messages at once, instead of awaiting each?
 * Unit: messages a second.
 * Sizes: 64 B; 1, 4, 16, 64 and 256 messages given in one go, then all of their promises awaited.
 * Baseline: the same contender, one message at a time; and `ws`, which makes a system call for each message either way,
 * unless its socket is corked by its user.
 */
import { bout, messageRates, type Question } from 'framewright/bench'
import { BATCHED } from './contenders/batched.js'

const AMOUNTS = {
  full: { heats: 2, rounds: 5, forMs: 300, sizes: [1, 4, 16, 64, 256] },
  quick: { heats: 1, rounds: 5, forMs: 40, sizes: [1, 16, 256] },
  trial: { heats: 1, rounds: 1, together: true, forMs: 2, sizes: [16] },
}

export const batching: Question = {
  name: 'batching',
  asks: 'What does it bring to give many messages at once, instead of awaiting each?',
  longOnly: true,
  seconds: { full: 120, quick: 9 },
  answer: async (plan) => {
    const { forMs, sizes, ...course } = AMOUNTS[plan.pace]
    const chosen = BATCHED.filter(({ batch }) => sizes.includes(batch))
    const entrants = chosen.map((contender) => ({ contender, load: { bytes: 64, forMs } }))
    const scores = await bout(entrants, course, plan)
    const figures = scores.map((score, place) => {
      const { line = '', batch = 1 } = chosen[place] ?? {}
      const point = { line, axis: 'batchMessages', value: batch } as const
      return { name: 'rate', unit: 'messages/s', point, samples: messageRates(score) }
    })
    return { scores, figures, promised: [] }
  },
}
