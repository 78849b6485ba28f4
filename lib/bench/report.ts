import type { Environment } from '@/bench/environment.js'
import { matrices, placedAmong } from '@/bench/matrix.js'
import { type Answer, type Figure, holds, type Pace, type Promised, type Question } from '@/bench/question.js'
import { type Spread, spreadOf } from '@/bench/statistics.js'
import { table } from '@/bench/textTable.js'

/** Everything a run has found out, to be kept or compared. */
export interface Report {
  readonly environment: Environment
  readonly pace: Pace
  /** ISO 8601. */
  readonly startedAt: string
  readonly answers: readonly Answered[]
}

/** One question of a run. */
export interface Answered {
  readonly question: string
  readonly asks: string
  readonly answer: Answer
  /** Unknown of runs of older versions. */
  readonly tookMs?: number
}

/** In one line, what a report was measured on. */
export const describeEnvironment = ({ node, v8, cpu, cores, system, load, coresKept }: Environment): string =>
  `Node ${node} (V8 ${v8}), ${cores} x ${cpu}, ${system}, load ${load.toFixed(2)}${coresKept ? '' : ', processes not kept on cores'}`

/** The answer to one question, as a table and its verdicts. */
export const describeAnswer = ({ name, asks }: Question, answer: Answer, pace: Pace): string => {
  const [placed, others] = placedAmong(answer.figures)
  return [
    `${name}: ${asks}`,
    ...matrices(placed),
    ...table(others.map(figureRow)),
    ...table(answer.promised.map((promise) => promiseRow(promise, pace))),
    ...(answer.notes ?? []).map((note) => `  note: ${note}`),
  ].join('\n')
}

/** How many of the promised numbers hold, or nothing where none is judged. */
export const describeVerdicts = ({ answers, pace }: Report): string => {
  const promised = answers.flatMap(({ answer }) => answer.promised)
  if (promised.length === 0 || pace === 'trial') return ''
  const short = promised.filter((promise) => !holds(promise, spreadOf(promise.samples)))
  const names = short.map(({ name }) => `\n  falls short: ${name}`).join('')
  return `\n${promised.length - short.length} of ${promised.length} promised numbers hold${names}\n`
}

const figureRow = ({ name, unit, samples }: Figure): string[] => {
  const spread = spreadOf(samples)
  return [
    name,
    short(spread.median),
    unit,
    range(spread),
    samples.length === 1 ? '1 sample' : `${samples.length} samples`,
  ]
}

const promiseRow = (promised: Promised, pace: Pace): string[] => {
  const { name, goal, unit, samples } = promised
  const spread = spreadOf(samples)
  const aim = 'atLeast' in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`
  const verdict = pace === 'trial' ? 'not judged by a trial' : holds(promised, spread) ? 'holds' : 'falls short'
  const measured = `${short(spread.median)} ${unit}`.trimEnd()
  return [name, `goal ${aim}`, `measured ${measured}`, range(spread), verdict]
}

const range = ({ low, high }: Spread): string => `(${short(low)} to ${short(high)})`

/** Three digits, or whole numbers in groups of three. */
const short = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
