import { quantity } from '@/pages/index.js'

/** Something that can be measured, what it will be, and why. */
export type Expectation = {
  readonly what: string
  /** The reason, with its numbers. */
  readonly because: string
  /** What it may mean when it comes otherwise. */
  readonly otherwise: string
} & (
  | { readonly from: number; readonly to: number; readonly unit: string }
  /** A word, such as the code of an error; or one of several, where that depends on the version. */
  | { readonly is: string | readonly string[] }
)

/** What was measured: a number in the unit of its expectation, a word, or why it could not be seen here. */
export type Measure = number | string | { readonly unseen: string }

/** An expectation beside what came of it. */
export interface Finding {
  readonly what: string
  readonly because: string
  readonly predicted: string
  readonly measured: string
  /** The number itself, if it is one. */
  readonly value?: number
  readonly verdict: 'as predicted' | 'differs' | 'not seen'
  /** With `differs`, what that may mean; with `not seen`, why. */
  readonly note?: string
}

/** Measures one against the other. */
export const findingOf = (expectation: Expectation, measure: Measure): Finding => {
  const { what, because, otherwise } = expectation
  const told = { what, because, predicted: predictedOf(expectation) }
  if (typeof measure === 'object') return { ...told, measured: '-', verdict: 'not seen', note: measure.unseen }
  const holds =
    'is' in expectation
      ? wordsOf(expectation.is).includes(String(measure))
      : typeof measure === 'number' && measure >= expectation.from && measure <= expectation.to
  const value = typeof measure === 'number' ? { value: measure } : {}
  const measured =
    typeof measure === 'string' || 'is' in expectation ? String(measure) : quantity(measure, expectation.unit)
  if (holds) return { ...told, measured, ...value, verdict: 'as predicted' }
  return { ...told, measured, ...value, verdict: 'differs', note: otherwise }
}

const wordsOf = (is: string | readonly string[]): readonly string[] => (typeof is === 'string' ? [is] : is)

const predictedOf = (expectation: Expectation): string => {
  if ('is' in expectation) return wordsOf(expectation.is).join(' or ')
  const { from, to, unit } = expectation
  if (from === to) return quantity(from, unit)
  if (to === Number.POSITIVE_INFINITY) return `at least ${quantity(from, unit)}`
  if (from <= 0) return `at most ${quantity(to, unit)}`
  const [least, most] = [quantity(from, unit), quantity(to, unit)]
  const unitOf = (amount: string): string => amount.slice(amount.indexOf(' '))
  return `${unitOf(least) === unitOf(most) ? least.slice(0, -unitOf(least).length) : least} to ${most}`
}
