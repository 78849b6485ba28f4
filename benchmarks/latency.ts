/**
 * Question: how long does a message take there and back when nothing else is under way?
 * Unit: microseconds, the time that so many percent of the messages did not exceed. A closed loop: the next message
 * leaves when the one before has come back, so a stall counts once here; `load` counts it for all that it delays.
 * Sizes: 64 B; in full 1 KiB and 64 KiB, too.
 * Baseline: bare `net` with a length in front of each message, by hand.
 */
import type { Question } from 'framewright/bench'
import { BOX_WISHES, boxBout, boxSeconds } from './boxEntrants.js'
import { BOX } from './contenders/box.js'
import { timedAnswer } from './timedAnswer.js'

const AMOUNTS = {
  full: { heats: 3, rounds: 3, seconds: 3, sizes: [64, 1_024, 65_536] },
  quick: { heats: 1, rounds: 3, seconds: 0.3, sizes: [64] },
  trial: { heats: 1, rounds: 1, seconds: 0.005, sizes: [64] },
}

export const latency: Question = {
  name: 'latency',
  asks: 'How long does a message take there and back, when nothing else is under way?',
  seconds: { full: boxSeconds(AMOUNTS.full), quick: boxSeconds(AMOUNTS.quick) },
  secondsWith: (pace, wishes) => boxSeconds(AMOUNTS[pace], wishes),
  contenders: BOX,
  heeds: BOX_WISHES,
  answer: async (plan) => {
    const { entrants, scores } = await boxBout(plan, AMOUNTS[plan.pace], { kind: 'closed' })
    return timedAnswer(entrants, scores)
  },
}
