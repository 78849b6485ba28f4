/** What a node has done since it was made, in packets unless it says otherwise. */
export interface StpCounts {
  /** Came whole, over UDP or TCP. */
  readonly received: number
  /** Of these: were handed to middlewares and handlers. */
  readonly accepted: number
  readonly droppedMalformed: number
  readonly droppedUndecryptable: number
  /** Our own, heard again. */
  readonly droppedOwn: number
  /** Came while too many waited. */
  readonly droppedForRoom: number
  /** TCP connections that ended without a whole packet. */
  readonly brokenConnections: number
  /** Newcomers for whom the table had no room, and senders whose header was too large to be kept. */
  readonly peersRefused: number
  /** Keys that were offered in place of a pinned one, and not taken. */
  readonly keysRefused: number
  readonly requestsAnswered: number
  /** Discovery requests that could not be answered, or were too many at once. */
  readonly requestsUnanswered: number
}

/** The same, to be counted up. */
export type Counting = { -readonly [Name in keyof StpCounts]: number }

export const nothingCounted = (): Counting => ({
  received: 0,
  accepted: 0,
  droppedMalformed: 0,
  droppedUndecryptable: 0,
  droppedOwn: 0,
  droppedForRoom: 0,
  brokenConnections: 0,
  peersRefused: 0,
  keysRefused: 0,
  requestsAnswered: 0,
  requestsUnanswered: 0,
})
