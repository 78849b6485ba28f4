import { Deferred } from '@/core/deferred.js'

/**
 * Messages that share one promise: those of one tick, or one alone. Settled when the last byte of the last of them
 * has reached the system below.
 */
export class Batch extends Deferred {
  /** Messages in it that are not wholly written to the outbox. */
  unwritten = 0
  /** The promise has been kept. */
  kept = false
  /** Takes no more messages. */
  sealed = false
  /** Position in the outgoing stream behind its last byte, once all is written. */
  until = 0
}
