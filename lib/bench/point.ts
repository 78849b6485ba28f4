/** What a figure is drawn over; the values of `value` are bytes a message, milliseconds of delay, or connections. */
export type Axis = 'messageBytes' | 'delayMs' | 'connections'

/** Where a figure stands in a plot: one line for each `line`, such as a contender, and one point for each `value`. */
export interface Point {
  readonly line: string
  readonly axis: Axis
  readonly value: number
}
