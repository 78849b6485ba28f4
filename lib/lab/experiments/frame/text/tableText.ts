import type { FigureOf } from '@/lab/experiments/frame/figure.js'

/** A table in text: columns as wide as what is in them, numbers to the right. */
export const tableText = ({ columns, rows }: FigureOf<'table'>): string => {
  const widths = columns.map(({ title }, at) => Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    `  ${widths
      .map((width, at) =>
        columns[at]?.numeric === true ? (cells[at] ?? '').padStart(width) : (cells[at] ?? '').padEnd(width),
      )
      .join('  ')
      .trimEnd()}\n`
  return [
    line(columns.map(({ title }) => title)),
    `  ${widths.map((width) => '─'.repeat(width)).join('  ')}\n`,
    ...rows.map(line),
  ].join('')
}
