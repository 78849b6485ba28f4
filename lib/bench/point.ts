/** What a figure is drawn over; the values of `value` are bytes a message, milliseconds of delay each way, connections, or messages at once. */
export const AXIS_NAMES = ['messageBytes', 'delayMs', 'connections', 'batchMessages'] as const
/** One of them. */
export type Axis = (typeof AXIS_NAMES)[number]

/** Where a figure stands in a plot: one line for each `line`, such as a contender, and one point for each `value`. */
export interface Point {
  readonly line: string
  readonly axis: Axis
  readonly value: number
}
