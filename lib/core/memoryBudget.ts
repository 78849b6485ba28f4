import { Deque } from '@/bytes/deque.js'

/** Somebody who waits until the budget has room. */
export interface BudgetWaiter {
  budgetFreed(): void
}

/**
 * How much all connections of one server or client may hold together of what has arrived: bytes, and pieces (each
 * message held costs memory beside its bytes). Whoever finds no room leaves its answer unsaid and waits here.
 */
export class MemoryBudget {
  readonly maxBytes: number
  readonly maxPieces: number
  #bytes = 0
  #pieces = 0
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

  hasRoomFor(bytes: number): boolean {
    return this.#bytes + bytes <= this.maxBytes && this.#pieces < this.maxPieces
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
