import type { TraceRow } from '@/lab/trace/traceRow.js'

/** A picture of what happened, as plain data; it is drawn in text, and in HTML. */
export type Figure =
  /** Lengths to compare. `scale: 'log'` for numbers of different orders; what is 0 has no bar then. */
  | {
      readonly kind: 'bars'
      readonly title: string
      readonly unit: string
      readonly scale?: 'linear' | 'log'
      readonly bars: readonly { readonly label: string; readonly value: number }[]
    }
  /** Lines over a number, such as time. */
  | {
      readonly kind: 'plot'
      readonly title: string
      readonly x: Axis
      readonly y: Axis
      readonly series: readonly {
        readonly name: string
        readonly points: readonly (readonly [x: number, y: number])[]
      }[]
    }
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
      readonly head: readonly string[]
      readonly rows: readonly (readonly string[])[]
    }

/** What a direction of a plot shows. */
export interface Axis {
  readonly label: string
  readonly unit: string
}

/** The figures of one kind. */
export type FigureOf<Kind extends Figure['kind']> = Extract<Figure, { readonly kind: Kind }>
