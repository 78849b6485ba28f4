import { quantity } from '@/pages/index.js'
import type { Finding } from '@/lab/experiments/frame/expectation.js'
import type { Figure } from '@/lab/experiments/frame/figure.js'
import type { ExperimentReport } from '@/lab/experiments/frame/runExperiment.js'
import { barsText } from '@/lab/experiments/frame/text/barsText.js'
import { ladderText } from '@/lab/experiments/frame/text/ladderText.js'
import { percentilesText } from '@/lab/experiments/frame/text/percentilesText.js'
import { plotText } from '@/lab/experiments/frame/text/plotText.js'
import { tableText } from '@/lab/experiments/frame/text/tableText.js'
import { wrapped } from '@/lab/experiments/frame/text/wrapped.js'
import type { Paint } from '@/lab/trace/ladder.js'

/** How a report is written. */
export interface ReportStyle {
  readonly paint: Paint
  /** Lines are not longer, but for ladders, tables and code. */
  readonly columns: number
}

const SIGNS = { 'as predicted': '✓', differs: '≠', 'not seen': '–' } as const
const COLOURS = { 'as predicted': 'green', differs: 'yellow', 'not seen': 'dim' } as const

/** What came of an experiment, for a terminal. */
export const reportText = (report: ExperimentReport, style: ReportStyle): string => {
  const { name, question, lesson, findings, figures, remarks, advice, tookMs } = report
  const { paint, columns } = style
  return [
    `${paint('bold', name)}\n`,
    wrapped(question, columns, '  '),
    ...findings.map((finding) => `\n${findingText(finding, style)}`),
    ...figures.map((figure) => `\n  ${paint('bold', figure.title)}\n${figureText(figure, style)}`),
    ...remarks.map((remark) => `\n${wrapped(remark, columns, '  ')}`),
    `\n  ${paint('bold', 'So')}\n`,
    wrapped(lesson, columns, '  '),
    `\n  ${paint('bold', 'In your own program')}\n`,
    wrapped(advice.words, columns, '  '),
    '\n',
    ...advice.code
      .trim()
      .split('\n')
      .map((line) => paint('cyan', line === '' ? '' : `    ${line}`) + '\n'),
    `\n  ${paint('dim', `${report.verdict}, in ${quantity(tookMs, 'ms')}`)}\n`,
  ].join('')
}

const findingText = (finding: Finding, { paint, columns }: ReportStyle): string => {
  const { what, because, predicted, measured, verdict, note } = finding
  const said = note === undefined ? [] : [wrapped(note, columns, '      ')]
  return [
    `  ${paint(COLOURS[verdict], SIGNS[verdict])} ${what}\n`,
    `      predicted ${predicted}, measured ${paint('bold', measured)}: ${paint(COLOURS[verdict], verdict)}\n`,
    paint('dim', wrapped(`because ${because}`, columns, '      ').trimEnd()) + '\n',
    ...said,
  ].join('')
}

const figureText = (figure: Figure, { paint, columns }: ReportStyle): string => {
  switch (figure.kind) {
    case 'bars':
      return barsText(figure, columns)
    case 'plot':
      return plotText(figure, columns)
    case 'percentiles':
      return percentilesText(figure)
    case 'table':
      return tableText(figure)
    case 'ladder':
      return ladderText(figure, paint)
  }
}
