import type { Score } from './score.js'
import type { Spread } from './statistics.js'

/** `full` is what the promised numbers are judged by; `quick` takes part of the time; `trial` only shows that everything works. */
export type Pace = 'full' | 'quick' | 'trial'

/** How a run is to be made. */
export interface Plan {
  readonly pace: Pace
  /** Anything a contender is told to do must be done by then. */
  readonly timeoutMs: number
  progress(text: string): void
}

/** One thing measured. */
export interface Figure {
  readonly name: string
  readonly unit: string
  /** One a round, in order. */
  readonly samples: readonly number[]
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
  /** What a reader must know to read the figures. */
  readonly notes?: readonly string[]
}

/** One question with the file that answers it. */
export interface Question {
  /** As on the command line. */
  readonly name: string
  readonly asks: string
  answer(plan: Plan): Promise<Answer>
}

/** Whether a promise holds, judged by the median. */
export const holds = ({ goal }: Promised, { median }: Spread): boolean =>
  'atLeast' in goal ? median >= goal.atLeast : median <= goal.atMost
