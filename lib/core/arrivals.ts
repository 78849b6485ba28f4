import { Deque } from '@/bytes/deque.js'
import { isPromise } from '@/core/hooks.js'

/** How much may wait. */
export interface ArrivalLimits {
  readonly maxWaitingDatagrams: number
  readonly maxWaitingBytes: number
}

/** Whatever knows its size. */
interface Sized {
  readonly message: Uint8Array
}

/** Hands on what arrives, one at a time and in order. While one is at work, a bounded number wait; there is no way to make a sender of datagrams wait. */
export class Arrivals<Arrival extends Sized> {
  readonly #limits: ArrivalLimits
  readonly #handle: (arrival: Arrival) => void | Promise<void>
  readonly #failed: (error: unknown) => void
  readonly #waiting = new Deque<Arrival>()
  #waitingBytes = 0
  #busy = false

  /** @param failed hears what `handle` throws; must not throw itself */
  constructor(
    limits: ArrivalLimits,
    handle: (arrival: Arrival) => void | Promise<void>,
    failed: (error: unknown) => void,
  ) {
    this.#limits = limits
    this.#handle = handle
    this.#failed = failed
  }

  /** @returns false when there was no room for it */
  put(arrival: Arrival): boolean {
    if (this.#busy) return this.#keep(arrival)
    this.#begin(arrival)
    return true
  }

  /** Takes out all that waits. */
  takeAll(): Arrival[] {
    this.#waitingBytes = 0
    return this.#waiting.takeAll()
  }

  #keep(arrival: Arrival): boolean {
    const { maxWaitingDatagrams, maxWaitingBytes } = this.#limits
    const bytes = this.#waitingBytes + arrival.message.length
    if (this.#waiting.length >= maxWaitingDatagrams) return false
    if (bytes > maxWaitingBytes && this.#waiting.length > 0) return false
    this.#waiting.push(arrival)
    this.#waitingBytes = bytes
    return true
  }

  #begin(arrival: Arrival): void {
    this.#busy = true
    for (let next: Arrival | undefined = arrival; next !== undefined; next = this.#next()) {
      const work = this.#work(next)
      if (work === undefined) continue
      void work.then(() => {
        const later = this.#next()
        if (later === undefined) this.#busy = false
        else this.#begin(later)
      })
      return
    }
    this.#busy = false
  }

  #next(): Arrival | undefined {
    const next = this.#waiting.shift()
    this.#waitingBytes -= next?.message.length ?? 0
    return next
  }

  #work(arrival: Arrival): Promise<void> | undefined {
    try {
      const work = this.#handle(arrival)
      return isPromise(work) ? Promise.resolve(work).catch(this.#failed) : undefined
    } catch (error) {
      this.#failed(error)
      return undefined
    }
  }
}
