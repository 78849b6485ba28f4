import { figureTitle } from '@/bench/figureTitle.js'
import type { Figure, Promised } from '@/bench/question.js'
import type { Report } from '@/bench/report.js'
import { type Shift, shiftOf } from '@/bench/shift.js'
import { type Spread, spreadOf } from '@/bench/statistics.js'

/**
 * What became of a figure. `more` and `less` where nothing says which of them is better; `unsure` where there are too few
 * samples to tell.
 */
export type Turn = 'better' | 'worse' | 'more' | 'less' | 'same' | 'unsure'

/** One figure that is in both reports. */
export interface Change {
  readonly question: string
  readonly name: string
  readonly unit: string
  readonly before: Spread
  readonly after: Spread
  /** New over old. */
  readonly shift?: Shift
  readonly turn: Turn
}

/** One figure that is in one report only. */
export interface Lonely {
  readonly question: string
  /** With its unit. */
  readonly name: string
}

/** What two reports say about each other. */
export interface Comparison {
  /** Of the machine and the run, what is not the same in both: the less, the better they compare. */
  readonly circumstances: readonly { readonly what: string; readonly before: string; readonly after: string }[]
  readonly changes: readonly Change[]
  readonly onlyBefore: readonly Lonely[]
  readonly onlyAfter: readonly Lonely[]
}

/** @param least the share, such as 0.05, by which a figure must have changed at least, with all of its interval */
export const compareReports = (before: Report, after: Report, least: number): Comparison => {
  const [old, young] = [figuresOf(before), figuresOf(after)]
  return {
    circumstances: circumstances(before, after),
    changes: [...old].flatMap(([key, figure]) => {
      const now = young.get(key)
      return now === undefined ? [] : [changeOf(figure, now, least)]
    }),
    onlyBefore: lonely(old, young),
    onlyAfter: lonely(young, old),
  }
}

const lonely = (those: ReadonlyMap<string, Measured>, others: ReadonlyMap<string, Measured>): Lonely[] =>
  [...those]
    .filter(([key]) => !others.has(key))
    .map(([, { question, name, unit }]) => ({ question, name: unit === '' ? name : `${name}, ${unit}` }))

interface Measured extends Figure {
  readonly question: string
  readonly goal?: Promised['goal']
}

/** By their names; promised ones count as figures, and say by their goal what is better. Those left out are no figures. */
const figuresOf = ({ answers }: Report): ReadonlyMap<string, Measured> => {
  const found = new Map<string, Measured>()
  for (const { question, answer } of answers)
    for (const figure of [...answer.figures, ...answer.promised])
      if (figure.samples.length > 0) {
        // The same title may stand for several units, such as messages and bytes.
        const name = figureTitle(figure)
        const key = `${question}: ${name}${figure.unit === '' ? '' : `, ${figure.unit}`}`
        found.set(key, { ...found.get(key), ...figure, name, question })
      }
  return found
}

const changeOf = (before: Measured, after: Measured, least: number): Change => {
  const shift = shiftOf(before.samples, after.samples)
  const { question, name, unit } = after
  const [was, is] = [spreadOf(before.samples), spreadOf(after.samples)]
  const turn = turnOf(after, shift, { was, is, least })
  return { question, name, unit, before: was, after: is, ...(shift === undefined ? {} : { shift }), turn }
}

const turnOf = (
  figure: Measured,
  shift: Shift | undefined,
  { was, is, least }: { readonly was: Spread; readonly is: Spread; readonly least: number },
): Turn => {
  // Counts that never vary, such as no timer at all, have no factor.
  if (shift === undefined) return was.low === is.low && was.high === is.high ? 'same' : 'unsure'
  if (shift.low <= 1 + least && shift.high >= 1 / (1 + least)) return 'same'
  const grown = shift.ratio > 1
  const more = moreIsBetter(figure)
  return more === undefined ? (grown ? 'more' : 'less') : grown === more ? 'better' : 'worse'
}

/** As its goal says, or its unit: rates shall be high; times, memory and processor time low. */
const moreIsBetter = ({ goal, unit }: Measured): boolean | undefined => {
  if (goal !== undefined) return 'atLeast' in goal
  if (unit.endsWith('/s')) return true
  return /^(ns|µs|ms|s|B|KiB|MiB)\b/.test(unit) ? false : undefined
}

const circumstances = (before: Report, after: Report): Comparison['circumstances'] => {
  const [old, young] = [before, after].map(({ environment, pace }) => ({
    pace: pace as string,
    cpu: environment.cpu,
    cores: String(environment.cores),
    system: environment.system,
    'Node.js': environment.node,
    'processes kept on cores': String(environment.coresKept),
    load: environment.load >= 0.5 ? `${environment.load.toFixed(1)}: others were at work` : 'little',
    commit: environment.commit ?? 'unknown',
    ...environment.packages,
  }))
  const names = new Set([...Object.keys(old ?? {}), ...Object.keys(young ?? {})])
  const of = (all: Readonly<Record<string, string>> = {}, name: string): string => all[name] ?? 'absent'
  return [...names]
    .map((what) => ({ what, before: of(old, what), after: of(young, what) }))
    .filter(({ before: was, after: is }) => was !== is)
}
