/** What a datagram socket has done since it was made, in datagrams unless it says bytes. */
export interface DatagramCounts {
  readonly received: number
  readonly receivedBytes: number
  readonly sent: number
  readonly sentBytes: number
  /** Received, and larger than `maxDatagramBytes`. */
  readonly droppedForSize: number
  /** Received while too many waited. */
  readonly droppedForRoom: number
  /** Received, and still waiting when the socket was closed. */
  readonly droppedAtClose: number
  /** What the system did not take. */
  readonly unsent: number
  /** Times that the system did not let us join or reach the group. */
  readonly unjoined: number
  /** Times that the system could not hand over what had arrived. */
  readonly unread: number
}

/** All of them at nothing, to be counted up. */
export const noDatagrams = (): { -readonly [Name in keyof DatagramCounts]: number } => ({
  received: 0,
  receivedBytes: 0,
  sent: 0,
  sentBytes: 0,
  droppedForSize: 0,
  droppedForRoom: 0,
  droppedAtClose: 0,
  unsent: 0,
  unjoined: 0,
  unread: 0,
})
