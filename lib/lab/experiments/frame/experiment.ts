import type { Advice } from '@/lab/experiments/frame/advice.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import type { Expectation, Measure } from '@/lab/experiments/frame/expectation.js'
import type { Figure } from '@/lab/experiments/frame/figure.js'

/** What a run has brought to light. */
export interface Outcome<Key extends string = string> {
  readonly measured: Readonly<Record<Key, Measure>>
  readonly figures: readonly Figure[]
  /** What the numbers do not say, and what this machine could not show. */
  readonly remarks?: readonly string[]
}

/** A question, what is foretold, and how to find out. */
export interface Plan<Key extends string> {
  /** As it is typed. */
  readonly name: string
  /** In the words of who has the trouble. */
  readonly question: string
  /** The answer in one line. */
  readonly lesson: string
  readonly advice: Advice
  /** Said before the run, with numbers; may look at what the system says of itself, but opens nothing. */
  predict(bench: Bench): Readonly<Record<Key, Expectation>>
  /**
   * Finds out, on real sockets of the loopback interface. Everything it opens is given to the bench, which closes it.
   * @throws whatever keeps it from finding out
   */
  run(bench: Bench): Promise<Outcome<Key>>
}

/** A plan whatever its keys are. */
export interface Experiment extends Omit<Plan<string>, 'predict' | 'run'> {
  predict(bench: Bench): ReadonlyMap<string, Expectation>
  run(bench: Bench): Promise<Outcome>
}

/** The compiler sees to it that what is foretold is measured, and the other way round. */
export const experiment = <const Key extends string>(plan: Plan<Key>): Experiment => ({
  ...plan,
  predict: (bench) => new Map(Object.entries<Expectation>(plan.predict(bench))),
  run: (bench) => plan.run(bench),
})
