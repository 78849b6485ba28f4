import { lineChart } from '@/pages/lineChart.js'
import type { Markup } from '@/pages/markup.js'
import type { Axis } from '@/pages/scale.js'

/** Percentiles of one or more series. */
export interface PercentileChart {
  readonly title: string
  readonly note?: string
  /** What was measured, such as latency. */
  readonly axis: Axis
  readonly series: readonly {
    readonly name: string
    /** @param percentile 0 to 100 */
    readonly points: readonly { readonly percentile: number; readonly value: number }[]
  }[]
}

/** How large a value is that so many percent do not exceed. Each further nine has the same room, so rare stalls are seen. */
export const percentileChart = ({ axis, series, ...rest }: PercentileChart): Markup =>
  lineChart({
    ...rest,
    x: { title: 'percentile', scale: 'percentile' },
    y: axis,
    series: series.map(({ name, points }) => ({
      name,
      points: points.map(({ percentile, value }) => ({ x: percentile, y: value })),
    })),
  })
