/**
 * Question: how late do messages arrive when they leave at a given pace, whether or not those before them have arrived?
 * Unit: microseconds from the time at which a message was to leave to its arrival, what so many percent did not exceed.
 * An open loop: a stall counts for every message that it delays, at the sender, on the way and at the receiver.
 * Sizes: 64 B, 5,000 messages a second; in full 1 KiB, too.
 * Baseline: bare `net` with a length in front of each message, by hand.
 */
import { messageRates, type Question, spreadOf } from 'framewright/bench'
import { BOX_WISHES, boxBout, boxSeconds } from './boxEntrants.js'
import { BOX } from './contenders/box.js'
import { timedAnswer } from './timedAnswer.js'

const PER_SECOND = 5_000
const AMOUNTS = {
  full: { heats: 3, rounds: 3, seconds: 4.5, sizes: [64, 1_024] },
  quick: { heats: 1, rounds: 3, seconds: 0.4, sizes: [64] },
  trial: { heats: 1, rounds: 1, seconds: 0.01, sizes: [64] },
}
/** Slower than this part of the pace, a contender has not kept it. */
const KEPT = 0.95

export const load: Question = {
  name: 'load',
  asks: 'How late do messages arrive when they leave at a given pace?',
  seconds: { full: boxSeconds(AMOUNTS.full), quick: boxSeconds(AMOUNTS.quick) },
  secondsWith: (pace, wishes) => boxSeconds(AMOUNTS[pace], wishes),
  contenders: BOX,
  heeds: [...BOX_WISHES, 'perSecond'],
  answer: async (plan) => {
    const { perSecond = PER_SECOND } = plan.wishes
    const { entrants, scores } = await boxBout(plan, AMOUNTS[plan.pace], { kind: 'open', perSecond })
    const wanted = perSecond.toLocaleString('en')
    plan.note(`${wanted} messages a second`)
    for (const [place, score] of scores.entries()) {
      const { median } = spreadOf(messageRates(score))
      const reached = Math.round(median).toLocaleString('en')
      if (plan.pace !== 'trial' && median < KEPT * perSecond)
        plan.note(`${entrants[place]?.line ?? ''}, ${score.bytes} B: only ${reached} messages a second arrived`)
    }
    return timedAnswer(entrants, scores)
  },
}
