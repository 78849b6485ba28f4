import {
  bout,
  type Carrier,
  compared,
  type Described,
  type Mode,
  type Plan,
  type Score,
  type Wish,
  type Wishes,
} from 'framewright/bench'
import { BOX } from './contenders/box.js'

/** One contender over one carrier, sending messages of one size. */
export interface BoxEntrant {
  readonly contender: Described
  readonly carrier: Carrier
  readonly bytes: number
  /** What it is called beside the others. */
  readonly line: string
}

/** What questions about the box heed. */
export const BOX_WISHES: readonly Wish[] = ['contenders', 'only', 'sizes', 'seconds', 'carriers']

/** All of the box, and what is wished beside it, in each size and over each carrier. */
export const boxEntrants = ({ wishes }: Plan, usualSizes: readonly number[]): readonly BoxEntrant[] => {
  const { sizes = usualSizes, carriers = ['tcp'] } = wishes
  const all = compared(BOX, wishes)
  return carriers.flatMap((carrier) =>
    all.flatMap((contender) => {
      const line = carriers.length === 1 ? contender.name : `${contender.name}, ${carrier}`
      return sizes.map((bytes) => ({ contender, carrier, bytes, line }))
    }),
  )
}

/** How often they meet, for how long each of them in each size, and in which sizes unless others are wished. */
export interface BoxAmounts {
  readonly heats: number
  readonly rounds: number
  readonly seconds: number
  readonly sizes: readonly number[]
}

/** Until the processes of a contender are there, and until they are gone. */
const AROUND_SECONDS = 0.25
/** Samples of each entrant in a heat that are thrown away. */
const WARM_UP = 2

/** Contenders, each counted once for each carrier. */
const pairsIn = (wishes: Wishes): number => compared(BOX, wishes).length * (wishes.carriers?.length ?? 1)

/** How many entrants there are. */
export const entrantsIn = (wishes: Wishes, usualSizes: readonly number[]): number =>
  pairsIn(wishes) * (wishes.sizes ?? usualSizes).length

/** About how long such a bout takes. */
export const boxSeconds = ({ heats, rounds, seconds, sizes }: BoxAmounts, wishes: Wishes = {}): number => {
  const sampled = (entrantsIn(wishes, sizes) * (wishes.seconds ?? seconds) * (rounds + WARM_UP)) / rounds
  return Math.ceil(heats * pairsIn(wishes) * AROUND_SECONDS + sampled)
}

/** A bout between them, in which each sample lasts so that all of one entrant take as long as is wished. */
export const boxBout = async (
  plan: Plan,
  { heats, rounds, seconds, sizes }: BoxAmounts,
  mode: Mode,
): Promise<{ readonly entrants: readonly BoxEntrant[]; readonly scores: readonly Score[] }> => {
  const entrants = boxEntrants(plan, sizes)
  const forMs = ((plan.wishes.seconds ?? seconds) * 1e3) / (heats * rounds)
  // Those of the box can live with each other; whether what is wished beside them can, nobody knows.
  const together = plan.pace === 'trial' && plan.wishes.contenders === undefined
  const scores = await bout(
    entrants.map(({ bytes, ...entrant }) => ({ ...entrant, load: { bytes, forMs } })),
    { heats, rounds, mode, together },
    plan,
  )
  return { entrants, scores }
}
