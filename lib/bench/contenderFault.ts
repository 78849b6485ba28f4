import { CARRIERS } from '@/bench/carrier.js'

/** What somebody else's module exports as a contender: anything may be in its fields. */
interface Claimed {
  readonly name: string
  readonly needs?: unknown
  readonly carriers?: unknown
  readonly leastBytes?: unknown
  readonly attach?: unknown
  readonly serve?: unknown
  readonly connect?: unknown
}

/** What fits into a table. */
const NAME = /^\P{Cc}{1,60}$/u

/** What is wrong with a contender before it is started, if anything. */
export const contenderFault = (claimed: Claimed): string | undefined => {
  const { name, needs = [], carriers = [], leastBytes = 0 } = claimed
  if (!NAME.test(name)) return 'a name has 1 to 60 letters'
  if (!areTexts(needs)) return 'needs is to be a list of names of packages'
  const known: readonly string[] = CARRIERS
  if (!areTexts(carriers) || !carriers.every((carrier) => known.includes(carrier)))
    return `carriers is to be a list of some of ${CARRIERS.join(', ')}`
  if (!Number.isSafeInteger(leastBytes) || Number(leastBytes) < 0)
    return 'leastBytes is to be a number of bytes, 0 or more'
  const acts = 'attach' in claimed ? (['attach'] as const) : (['serve', 'connect'] as const)
  const act = acts.find((one) => typeof claimed[one] !== 'function')
  return act === undefined ? undefined : `${act} is to be a function`
}

const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
