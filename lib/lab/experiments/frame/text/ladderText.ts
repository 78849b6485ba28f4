import type { FigureOf } from '@/lab/experiments/frame/figure.js'
import { Ladder, type Paint } from '@/lab/trace/ladder.js'

/** What two ends said, one rung a line. */
export const ladderText = ({ names, rows }: FigureOf<'ladder'>, paint: Paint): string => {
  const ladder = new Ladder({ paint, ...(names === undefined ? {} : { names }) })
  const rungs = rows.map((row) => ladder.row(row)).filter((rung) => rung !== undefined)
  return `${[ladder.head(), ...rungs].join('\n')}\n`
}
