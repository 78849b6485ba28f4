/**
 * Question: what does Nagle's algorithm do to a handshake?
 * Unit: messages a second; the promise is that of the strict handshake over the same bytes with Nagle on.
 * Sizes: 64 B. By hand: payload and next length in one write or in two, and Nagle on, as sockets come, or off.
 * Baseline: two writes with Nagle on, as the first programs of this protocol have it. Each second of these waits for the
 * acknowledgement of the first, and the other end waits 40 ms before it sends one by itself.
 */
import { bout, figuresOf, messageRates, type Question, ratios } from 'framewright/bench'
import { handshakeBusy } from './contenders/handshakeStrict.js'
import { NAGLED } from './contenders/nagled.js'

const AMOUNTS = {
  full: { heats: 2, rounds: 5, forMs: 1_000 },
  quick: { heats: 1, rounds: 5, forMs: 120 },
  trial: { heats: 1, rounds: 1, together: true, forMs: 2 },
}

export const nagle: Question = {
  name: 'nagle',
  asks: "What does Nagle's algorithm do to a handshake?",
  seconds: { full: 70, quick: 5 },
  answer: async (plan) => {
    const { forMs, ...course } = AMOUNTS[plan.pace]
    const entrants = [...NAGLED, handshakeBusy].map((contender) => ({ contender, load: { bytes: 64, forMs } }))
    const scores = await bout(entrants, course, plan)
    const [slowest = []] = scores.map(messageRates)
    const ours = messageRates(scores.at(-1) ?? { name: '', carrier: 'tcp', bytes: 0, samples: [] })
    return {
      scores,
      figures: figuresOf(scores, 'messages/s'),
      promised: [
        { name: 'strict over two writes, Nagle on', goal: { atLeast: 100 }, unit: '', samples: ratios(ours, slowest) },
      ],
    }
  },
}
