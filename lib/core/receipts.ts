import { Deque } from '@/bytes/deque.js'
import { onAbort } from '@/core/abort.js'
import { Batch } from '@/core/batch.js'
import { Deferred } from '@/core/deferred.js'

interface FlushWaiter {
  readonly messages: number
  /** Position in the outgoing stream behind the last of them, once all are written. */
  until: number | undefined
  readonly deferred: Deferred
}

const BATCH_MESSAGES = 512

/** The promises given for messages: which messages share one, and when it can be kept. */
export class Receipts {
  /** The batch of this tick. */
  #batch: Batch | undefined
  /** Batches wholly in the outbox whose bytes have not all settled. */
  readonly #written = new Deque<Batch>()
  readonly #flushes = new Deque<FlushWaiter>()

  /** Somebody waits. */
  get waiting(): boolean {
    return this.#batch !== undefined || this.#written.length > 0 || this.#flushes.length > 0
  }

  /** Somebody waits for a flush. */
  get flushing(): boolean {
    return this.#flushes.length > 0
  }

  /** The batch for a message that shares its promise with the others of this tick. */
  join(until: number): Batch {
    if (this.#batch !== undefined && this.#batch.unwritten < BATCH_MESSAGES) return this.#batch
    this.seal(until)
    return (this.#batch = new Batch())
  }

  /** The batch for a message with a promise of its own. */
  alone(until: number): Batch {
    this.seal(until)
    const batch = new Batch()
    batch.sealed = true
    return batch
  }

  /** The tick is over. @param until where the outgoing stream stands */
  seal(until: number): void {
    const batch = this.#batch
    if (batch === undefined) return
    this.#batch = undefined
    batch.sealed = true
    if (batch.unwritten === 0) this.#wholly(batch, until)
  }

  /** A message of this batch that had to wait is in the outbox now. */
  written(batch: Batch, until: number): void {
    batch.unwritten--
    if (batch.sealed && batch.unwritten === 0) this.#wholly(batch, until)
  }

  #wholly(batch: Batch, until: number): void {
    batch.until = until
    this.#written.push(batch)
  }

  /** A promise for the moment when the first `messages` messages have been answered. */
  flush(messages: number, signal: AbortSignal | undefined): Promise<void> {
    const deferred = new Deferred()
    onAbort(signal, deferred.promise, (error) => deferred.reject(error))
    this.#flushes.push({ messages, until: undefined, deferred })
    return deferred.promise
  }

  /** Keeps what can be kept: the outgoing stream has settled up to `settled`. */
  settle(settled: number): void {
    for (
      let batch = this.#written.peek();
      batch !== undefined && batch.until <= settled;
      batch = this.#written.peek()
    ) {
      this.#written.shift()
      batch.kept = true
      batch.resolve()
    }
  }

  /** @param now how many messages are wholly written and answered, and where the outgoing stream stands */
  settleFlushes(now: { finished: number; answered: number; written: number; settled: number }): void {
    for (let next = this.#flushes.peek(); next !== undefined; next = this.#flushes.peek()) {
      if (next.messages <= now.finished) next.until ??= now.written
      if (next.until === undefined || next.until > now.settled || next.messages > now.answered) return
      this.#flushes.shift()
      next.deferred.resolve()
    }
  }

  failFlushes(error: Error): void {
    for (const waiter of this.#flushes.takeAll()) waiter.deferred.reject(error)
  }

  fail(error: Error): void {
    for (const batch of this.#written.takeAll()) batch.reject(error)
    this.failFlushes(error)
    this.#batch?.reject(error)
    this.#batch = undefined
  }
}
