import { answerCharts } from '@/bench/answerCharts.js'
import type { Environment } from '@/bench/environment.js'
import { figureTitle } from '@/bench/figureTitle.js'
import { type Answer, type Figure, holds, type Promised } from '@/bench/question.js'
import type { Report } from '@/bench/report.js'
import { cpuSeconds, type Score } from '@/bench/score.js'
import { spreadOf } from '@/bench/statistics.js'
import {
  charts,
  type Column,
  type Fact,
  html,
  type Markup,
  page,
  paragraph,
  quantity,
  type Section,
  table,
  verdict,
} from '@/pages/index.js'

/** Longer tables are opened by those who want them. */
const LONG_TABLE = 12

/** A report as one HTML page, which opens without a network. */
export const reportPage = (report: Report): string => {
  const { answers, environment, pace, startedAt } = report
  return page({
    title: 'Benchmarks of framings',
    lead: 'Measured between processes of one machine, every message checked where it arrived.',
    facts: facts(environment, [
      ['started', startedAt],
      ['pace', pace],
    ]),
    sections: [
      ...goals(report),
      ...answers.map(
        ({ question, asks, answer }): Section => ({
          title: question,
          body: [
            paragraph(asks),
            charts(answerCharts(answer)),
            ...figureTable(answer.figures),
            ...processorTable(answer),
            ...notes(answer),
          ],
        }),
      ),
    ],
  })
}

const facts = (environment: Environment, run: readonly Fact[]): Fact[] => [
  ...run,
  ['Node.js', `${environment.node} (V8 ${environment.v8})`],
  ['processor', `${environment.cores} × ${environment.cpu}`],
  ['system', environment.system],
  ['memory', quantity(environment.memoryBytes, 'B')],
  ['load before the run', environment.load.toFixed(2)],
  ['processes kept on cores', environment.coresKept ? 'yes' : 'no'],
  ['commit', environment.commit ?? 'unknown'],
  ...Object.entries(environment.packages),
]

const goals = ({ answers, pace }: Report): Section[] => {
  const rows = answers.flatMap(({ question, answer }) =>
    answer.promised
      .filter(({ samples }) => samples.length > 0)
      .map((promised) => [...promisedCells(promised, pace !== 'trial'), question]),
  )
  if (rows.length === 0) return []
  const columns = ['what', 'verdict', 'measured', 'goal', 'middle half', 'question']
  const isNumeric = (title: string): boolean => ['goal', 'measured', 'middle half'].includes(title)
  const content = {
    caption: 'Promised numbers, judged by their medians',
    columns: columns.map((title) => ({ title, numeric: isNumeric(title) })),
    rows,
  }
  return [{ title: 'Goals', body: table(content) }]
}

const promisedCells = (promised: Promised, judged: boolean): (string | Markup)[] => {
  const { name, goal, unit, samples } = promised
  const spread = spreadOf(samples)
  const good = holds(promised, spread)
  return [
    name,
    judged ? verdict(good, good ? 'holds' : 'falls short') : 'not judged by a trial',
    quantity(spread.median, unit),
    'atLeast' in goal ? `at least ${quantity(goal.atLeast, unit)}` : `at most ${quantity(goal.atMost, unit)}`,
    `${quantity(spread.low, unit)} to ${quantity(spread.high, unit)}`,
  ]
}

const figureTable = (figures: readonly Figure[]): Markup[] => {
  const rows = figures.map((figure) => {
    const { unit, samples } = figure
    if (samples.length === 0) return [figureTitle(figure), 'left out', undefined, undefined, '0']
    const { median, low, high } = spreadOf(samples)
    return [figureTitle(figure), ...[median, low, high].map((value) => quantity(value, unit)), String(samples.length)]
  })
  return folded('All figures', ['what', 'median', 'from', 'to', 'samples'], rows)
}

/** What messages cost the processors of both ends. */
const processorTable = ({ scores = [] }: Answer): Markup[] => {
  const cost = (score: Score, end: 'client' | 'server'): string =>
    quantity(spreadOf(cpuSeconds(score, end)).median / 1e3, 'ms')
  const rows = scores
    .filter(({ samples }) => samples.length > 0)
    .map((score) => [
      score.name,
      score.carrier,
      quantity(score.bytes, 'B'),
      cost(score, 'client'),
      cost(score, 'server'),
    ])
  return folded('Processor time a message', ['what', 'over', 'message size', 'sender', 'receiver'], rows)
}

/** The first column names, the others are numbers. */
const folded = (
  caption: string,
  titles: readonly string[],
  rows: readonly (readonly (string | undefined)[])[],
): Markup[] => {
  if (rows.length === 0) return []
  const columns = titles.map((title, index): Column => ({ title, numeric: index > 0 }))
  const content = table({ caption, columns, rows })
  return [rows.length <= LONG_TABLE ? content : html`<details><summary>${caption}</summary>${content}</details>`]
}

const notes = ({ notes: all = [] }: Answer): Markup[] =>
  all.length === 0 ? [] : [html`<h3>Notes</h3><ul>${all.map((note) => html`<li>${note}</li>`)}</ul>`]
