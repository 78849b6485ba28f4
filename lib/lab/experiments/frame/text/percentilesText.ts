import type { FigureOf } from '@/lab/experiments/frame/figure.js'
import { tableText } from '@/lab/experiments/frame/text/tableText.js'
import { quantity } from '@/pages/index.js'

/** Percentiles as a table, one column a series. */
export const percentilesText = ({ title, axis, series }: FigureOf<'percentiles'>): string => {
  const percentiles = [...new Set(series.flatMap(({ points }) => points.map(({ percentile }) => percentile)))]
  return tableText({
    kind: 'table',
    title,
    columns: [{ title: 'percentile', numeric: true }, ...series.map(({ name }) => ({ title: name, numeric: true }))],
    rows: percentiles
      .toSorted((a, b) => a - b)
      .map((percentile) => [
        String(percentile),
        ...series.map(({ points }) => {
          const point = points.find((one) => one.percentile === percentile)
          return point === undefined ? '' : quantity(point.value, axis.unit)
        }),
      ]),
  })
}
