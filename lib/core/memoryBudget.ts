import { Deque } from '@/bytes/deque.js'
import { Tally } from '@/core/tally.js'

/** Somebody who waits until the budget has room. */
export interface BudgetWaiter {
  budgetFreed(): void
}

/** Messages up to this size have all of the budget; what is larger has the share of what is promised. */
export const SMALL_BYTES = 65_536

/**
 * How much all connections of one server or client may hold together of what has arrived: bytes, and pieces (each
 * message held costs memory beside its bytes). Whoever finds no room leaves its answer unsaid and waits here.
 *
 * A large message is promised its bytes when it is announced, so that it can be finished. Since a stranger may announce much
 * and send nothing, promises have half of the budget, and those to one address a quarter; one may always be.
 */
export class MemoryBudget {
  readonly maxBytes: number
  readonly maxPieces: number
  #bytes = 0
  #pieces = 0
  #promised = 0
  readonly #promisedTo = new Tally()
  readonly #waiters = new Deque<BudgetWaiter>()
  #waking = false

  constructor(maxBytes: number, maxPieces: number) {
    this.maxBytes = maxBytes
    this.maxPieces = maxPieces
  }

  /** For a connection that stands alone: what its own limits allow twice over. */
  static ofOne(settings: { readonly maxMessageBytes: number; readonly maxInboxBytes: number }): MemoryBudget {
    return new MemoryBudget(2 * (settings.maxMessageBytes + settings.maxInboxBytes), 1_048_576)
  }

  /** Bytes held or promised now. */
  get bytes(): number {
    return this.#bytes
  }

  /** Pieces held now. */
  get pieces(): number {
    return this.#pieces
  }

  /** @param more for a connection that holds something already: half is kept for those that hold nothing */
  hasRoomFor(bytes: number, more = false): boolean {
    if (more) return this.#bytes + bytes <= this.maxBytes / 2 && this.#pieces < this.maxPieces / 2
    return this.#bytes + bytes <= this.maxBytes && this.#pieces < this.maxPieces
  }

  /** As `hasRoomFor`, for a large message. @param address who announces it; who has none has no share of its own */
  mayPromise(bytes: number, address: string, more = false): boolean {
    if (!this.hasRoomFor(bytes, more)) return false
    const promisedTo = this.#promisedTo.of(address)
    const alone = this.#promised === 0 || this.#promised + bytes <= this.maxBytes / 2
    return alone && (promisedTo === 0 || promisedTo + bytes <= this.maxBytes / 4)
  }

  promise(bytes: number, address: string): void {
    this.#bytes += bytes
    if (bytes <= SMALL_BYTES) return
    this.#promised += bytes
    this.#promisedTo.add(address, bytes)
  }

  /** The message is here, and is taken like any other, or it will not come. */
  fulfil(bytes: number, address: string): void {
    this.give(bytes, 0)
    if (bytes <= SMALL_BYTES) return
    this.#promised -= bytes
    this.#promisedTo.remove(address, bytes)
  }

  take(bytes: number, pieces: number): void {
    this.#bytes += bytes
    this.#pieces += pieces
  }

  give(bytes: number, pieces: number): void {
    this.#bytes -= bytes
    this.#pieces -= pieces
    if (this.#waiters.length === 0 || this.#waking) return
    this.#waking = true
    setImmediate(() => this.#wake())
  }

  /** Calls `budgetFreed` once, when something has been given back. */
  wait(waiter: BudgetWaiter): void {
    this.#waiters.push(waiter)
  }

  #wake(): void {
    this.#waking = false
    for (const waiter of this.#waiters.takeAll()) waiter.budgetFreed()
  }
}
