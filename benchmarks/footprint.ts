/**
 * Question: what does each framing put on the wire beside the messages, and what do its ends hold while they send?
 * Unit: bytes for each message beside its own, there and back, without those of TCP and IP; MiB of resident memory at
 * its peak, beyond what each process held before the first message.
 * Sizes: 64 B and 64 KiB; in full 1 MiB, too. At most 20,000 messages, or 64 MiB.
 * Baseline: bare `net` with a length in front of each message, by hand.
 */
import { canCarry, type Figure, footprintOf, type Pace, type Question, type Wishes } from 'framewright/bench'
import { BOX_WISHES, boxEntrants, entrantsIn } from './boxEntrants.js'
import { BOX } from './contenders/box.js'

const KIB = 1_024
const MIB = 1_048_576
const MOST_MESSAGES = 20_000
const MOST_BYTES = 64 * MIB
const AMOUNTS = {
  full: { rounds: 3, sizes: [64, 64 * KIB, MIB], most: MOST_MESSAGES },
  quick: { rounds: 1, sizes: [64, 64 * KIB], most: MOST_MESSAGES },
  trial: { rounds: 1, sizes: [64], most: 100 },
}

/** About how long one entrant takes, once. */
const EACH_SECONDS = 1.3

const secondsOf = (pace: Exclude<Pace, 'trial'>, wishes: Wishes = {}): number => {
  const { rounds, sizes } = AMOUNTS[pace]
  return Math.ceil(rounds * entrantsIn(wishes, sizes) * EACH_SECONDS)
}

export const footprint: Question = {
  name: 'footprint',
  asks: 'What does each framing put on the wire beside the messages, and what do its ends hold?',
  longOnly: true,
  seconds: { full: secondsOf('full'), quick: secondsOf('quick') },
  secondsWith: secondsOf,
  contenders: BOX,
  heeds: BOX_WISHES.filter((wish) => wish !== 'seconds'),
  answer: async (plan) => {
    const { rounds, sizes, most } = AMOUNTS[plan.pace]
    const entrants = boxEntrants(plan, sizes).filter(({ contender, carrier, bytes }) =>
      canCarry(contender, carrier, bytes, plan),
    )
    const figures: Figure[] = []
    for (const [place, { contender, carrier, bytes, line }] of entrants.entries()) {
      plan.progress(`${place + 1} of ${entrants.length}`)
      const count = Math.min(most, Math.max(8, Math.floor(MOST_BYTES / Math.max(1, bytes))))
      const prints = []
      for (let round = 0; round < rounds; round++)
        prints.push(await footprintOf(contender, carrier, { bytes, count }, plan))
      const point = { line, axis: 'messageBytes', value: bytes } as const
      const add = (name: string, unit: string, samples: readonly number[]): void =>
        void figures.push({ name, unit, point, samples })
      add(
        'added there',
        'B a message',
        prints.map(({ outBytes }) => outBytes - bytes),
      )
      add(
        'back',
        'B a message',
        prints.map(({ backBytes }) => backBytes),
      )
      add(
        'peak of the sender',
        'MiB',
        prints.map(({ clientBytes }) => clientBytes / MIB),
      )
      add(
        'peak of the receiver',
        'MiB',
        prints.map(({ serverBytes }) => serverBytes / MIB),
      )
    }
    return { figures, promised: [] }
  },
}
