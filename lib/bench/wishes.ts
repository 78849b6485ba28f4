import type { Carrier } from '@/bench/carrier.js'
import type { AnyContender, Described } from '@/bench/contender.js'

/** What somebody wants to have otherwise than usual. A question says which of these it heeds. */
export interface Wishes {
  /** Compared beside those that the question has. */
  readonly contenders?: readonly (Described | AnyContender)[]
  /** Names of those that the question is to compare. @see compared */
  readonly only?: readonly string[]
  /** Bytes of the messages. */
  readonly sizes?: readonly number[]
  /** For which each contender is measured, in each size and over each carrier. */
  readonly seconds?: number
  readonly carriers?: readonly Carrier[]
  /** Messages, where the question sets a pace. */
  readonly perSecond?: number
}

/** Name of a wish. */
export type Wish = keyof Wishes
