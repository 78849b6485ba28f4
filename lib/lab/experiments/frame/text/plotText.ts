import { quantity } from '@/pages/index.js'
import type { FigureOf } from '@/lab/experiments/frame/figure.js'

const MARKS = ['•', '×', '+', 'o', '#'] as const
const ROWS = 10

/** Lines as marks on a grid; where two meet, the later one is seen. */
export const plotText = ({ x, y, series }: FigureOf<'plot'>, columns: number): string => {
  const points = series.flatMap((one) => one.points)
  const across = fromZero(span(points.map((point) => point.x)))
  const upward = span([0, ...points.map((point) => point.y)])
  const labels = [quantity(upward.to, y.unit), quantity(upward.from, y.unit)] as const
  const margin = Math.max(...labels.map(({ length }) => length)) + 2
  const width = Math.max(20, columns - margin - 4)
  const grid = Array.from({ length: ROWS }, () => Array.from({ length: width }, () => ' '))
  for (const [index, { points: own }] of series.entries())
    for (const point of own) {
      const row = grid[ROWS - 1 - cellOf(point.y, upward, ROWS)]
      if (row !== undefined) row[cellOf(point.x, across, width)] = MARKS[index % MARKS.length] ?? '•'
    }
  const lines = grid.map((row, at) => {
    const label = at === 0 ? labels[0] : at === ROWS - 1 ? labels[1] : ''
    return `  ${label.padStart(margin - 2)} │${row.join('').trimEnd()}\n`
  })
  const [from, to] = [quantity(across.from, x.unit), quantity(across.to, x.unit)]
  const middle = x.title.padStart((width + x.title.length) >> 1).padEnd(width)
  const scale = from + middle.slice(from.length, width - to.length) + to
  const names = series.map(({ name }, index) => `${MARKS[index % MARKS.length]} ${name}`)
  return [
    `  ${y.title}${names.length === 0 ? '' : `:  ${names.join('   ')}`}\n`,
    ...lines,
    `  ${' '.repeat(margin - 2)} └${'─'.repeat(width)}\n`,
    `  ${' '.repeat(margin)}${scale}\n`,
  ].join('')
}

interface Span {
  readonly from: number
  readonly to: number
}

const span = (values: readonly number[]): Span => {
  const from = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const to = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  return from < to ? { from, to } : { from: Math.min(from, 0), to: from + 1 }
}

/** What begins near zero begins at zero. */
const fromZero = ({ from, to }: Span): Span => (from > 0 && from < to / 50 ? { from: 0, to } : { from, to })

/** Which of `cells` a value falls into. */
const cellOf = (value: number, { from, to }: Span, cells: number): number =>
  Math.min(cells - 1, Math.max(0, Math.round(((value - from) / (to - from)) * (cells - 1))))
