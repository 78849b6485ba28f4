import type { Described } from '@/bench/contender.js'
import type { Distribution } from '@/bench/distribution.js'
import type { Point } from '@/bench/point.js'
import type { Score } from '@/bench/score.js'
import type { Spread } from '@/bench/statistics.js'
import type { Wish, Wishes } from '@/bench/wishes.js'

/** `full` is what the promised numbers are judged by; `quick` takes part of the time; `trial` only shows that everything works. */
export type Pace = 'full' | 'quick' | 'trial'

/** How a run is to be made. */
export interface Plan {
  readonly pace: Pace
  /** Anything a contender is told to do must be done by then. */
  readonly timeoutMs: number
  /** Fires when nobody wants to know any more. */
  readonly signal: AbortSignal
  readonly wishes: Wishes
  progress(text: string): void
  /** Something that a reader must know. @returns false, for callers that leave something out */
  note(text: string): false
  /** @returns whether `what` can be measured here; a note says so where a package that it needs is not installed */
  present(what: string, needs: readonly string[]): boolean
}

/** One thing measured. */
export interface Figure {
  readonly name: string
  /** For one that is part of a row of like ones. */
  readonly point?: Point
  readonly unit: string
  /** One a round, in order. None if it was left out. */
  readonly samples: readonly number[]
}

/** How long messages took, of all rounds together. */
export interface Latencies extends Distribution {
  readonly name: string
  /** For one that is part of a row of like ones. */
  readonly point?: Point
}

/** One promised number. */
export interface Promised {
  readonly name: string
  readonly goal: { readonly atLeast: number } | { readonly atMost: number }
  readonly unit: string
  readonly samples: readonly number[]
}

/** What a run has to say about a question. */
export interface Answer {
  readonly figures: readonly Figure[]
  readonly promised: readonly Promised[]
  /** What the rates were computed from, with the processor time of both ends. */
  readonly scores?: readonly Score[]
  readonly latencies?: readonly Latencies[]
  /** What a reader must know to read the figures. */
  readonly notes?: readonly string[]
}

/** One question with the file that answers it. */
export interface Question {
  /** As on the command line. */
  readonly name: string
  readonly asks: string
  /** Packages without which there is no answer. */
  readonly needs?: readonly string[]
  /** About how long it takes. */
  readonly seconds: Readonly<Record<Exclude<Pace, 'trial'>, number>>
  /** The same, where wishes change it. @default seconds */
  readonly secondsWith?: (pace: Exclude<Pace, 'trial'>, wishes: Wishes) => number
  /** Those of its own that it compares, where others can be put beside them or some of them chosen. @see compared */
  readonly contenders?: readonly Described[]
  /** Which wishes mean something to it. @default none */
  readonly heeds?: readonly Wish[]
  /** A quick pass leaves it out, unless it is named. */
  readonly longOnly?: boolean
  answer(plan: Plan): Promise<Answer>
}

/** Whether a module has given a question, as far as its shape can tell. */
export const isQuestion = (value: unknown): value is Question =>
  typeof value === 'object' && value !== null && 'name' in value && 'asks' in value && 'answer' in value

/** Whether a promise holds, judged by the median. */
export const holds = ({ goal }: Promised, { median }: Spread): boolean =>
  'atLeast' in goal ? median >= goal.atLeast : median <= goal.atMost
