/** A time in which messages may have been missed: the application should read its state anew. */
export interface Gap {
  /** `reconnected`: the connection was lost, and is there again. `missed`: the broadcaster says so. */
  readonly reason: 'reconnected' | 'missed'
  /** Milliseconds since the epoch at which it began, as far as this end knows; undefined for `missed`. */
  readonly fromMs: number | undefined
  /** From here on nothing is missed, in milliseconds since the epoch. */
  readonly toMs: number
  /** The topic that the broadcaster names; undefined for all that the subscription matches. */
  readonly topic: Buffer | undefined
}
