import type { BarChart, Column, LineChart, PercentileChart } from '@/pages/index.js'
import type { TraceRow } from '@/lab/trace/traceRow.js'

/** A picture of what happened, as plain data; it is drawn in text, and in HTML. */
export type Figure =
  /** Lengths to compare. */
  | ({ readonly kind: 'bars' } & BarChart)
  /** Lines over a number, such as time. */
  | ({ readonly kind: 'plot' } & LineChart)
  /** How large a value is that so many percent do not exceed. */
  | ({ readonly kind: 'percentiles' } & PercentileChart)
  /** What two ends said to each other, in its order. */
  | {
      readonly kind: 'ladder'
      readonly title: string
      readonly names?: { readonly opener: string; readonly acceptor: string }
      readonly rows: readonly TraceRow[]
    }
  | {
      readonly kind: 'table'
      readonly title: string
      readonly columns: readonly Column[]
      readonly rows: readonly (readonly string[])[]
    }

/** The figures of one kind. */
export type FigureOf<Kind extends Figure['kind']> = Extract<Figure, { readonly kind: Kind }>
