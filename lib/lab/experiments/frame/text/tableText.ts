import type { FigureOf } from '@/lab/experiments/frame/figure.js'

/** A table in text: columns as wide as what is in them, numbers to the right. */
export const tableText = ({ head, rows }: FigureOf<'table'>): string => {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => (row[at] ?? '').length)))
  const numeric = head.map((_, at) => rows.every((row) => /^[\d-]/.test(row[at] ?? '')))
  const line = (cells: readonly string[]): string =>
    `  ${widths
      .map((width, at) => (numeric[at] === true ? (cells[at] ?? '').padStart(width) : (cells[at] ?? '').padEnd(width)))
      .join('  ')
      .trimEnd()}\n`
  return [line(head), `  ${widths.map((width) => '─'.repeat(width)).join('  ')}\n`, ...rows.map(line)].join('')
}
