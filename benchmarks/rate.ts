/**
 * Question: how many messages a second does each framing carry on one connection, and how much work is that for its ends?
 * Unit: messages a second, MB of payload a second, seconds of processor time a million messages at either end.
 * Sizes: 0 B to 16 MiB, in a quick pass three of them; each sample as many messages as fit in its time.
 * Baseline: bare `net` with a length in front of each message, by hand.
 */
import { cpuSeconds, type Figure, type Question } from 'framewright/bench'
import { BOX_WISHES, boxBout, boxSeconds } from './boxEntrants.js'
import { BOX } from './contenders/box.js'
import { rateFigures } from './rateFigures.js'

const KIB = 1_024
const MIB = 1_048_576
const AMOUNTS = {
  full: { heats: 2, rounds: 4, seconds: 2, sizes: [0, 64, KIB, 16 * KIB, 256 * KIB, MIB, 16 * MIB] },
  quick: { heats: 1, rounds: 3, seconds: 0.24, sizes: [64, 64 * KIB, MIB] },
  trial: { heats: 1, rounds: 1, seconds: 0.005, sizes: [64, 64 * KIB] },
}

export const rate: Question = {
  name: 'rate',
  asks: 'How many messages a second does each framing carry, and how much work is that?',
  seconds: { full: boxSeconds(AMOUNTS.full), quick: boxSeconds(AMOUNTS.quick) },
  secondsWith: (pace, wishes) => boxSeconds(AMOUNTS[pace], wishes),
  contenders: BOX,
  heeds: BOX_WISHES,
  answer: async (plan) => {
    const { entrants, scores } = await boxBout(plan, AMOUNTS[plan.pace], { kind: 'saturating' })
    const figures = scores.flatMap((score, place): Figure[] => {
      const line = entrants[place]?.line ?? ''
      const point = { line, axis: 'messageBytes', value: score.bytes } as const
      return [
        ...rateFigures(score, line),
        { name: 'sender', unit: 's of CPU a million', point, samples: cpuSeconds(score, 'client') },
        { name: 'receiver', unit: 's of CPU a million', point, samples: cpuSeconds(score, 'server') },
      ]
    })
    return { scores, figures, promised: [] }
  },
}
