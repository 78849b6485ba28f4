import type { Cancel, Clock } from '@/core/clock.js'

/** Somebody who wants to be called at each round. */
export interface Visited {
  visit(nowMs: number): void
}

/** One timer for as many as like to be visited at the same pace; no timer while nobody does. */
export class Rounds<T extends Visited> {
  readonly #clock: Clock
  readonly #periodMs: number
  readonly #members = new Set<T>()
  #cancel: Cancel | undefined

  constructor(clock: Clock, periodMs: number) {
    this.#clock = clock
    this.#periodMs = periodMs
  }

  add(member: T): void {
    this.#members.add(member)
    this.#cancel ??= this.#clock.every(this.#periodMs, () => this.#visitAll())
  }

  remove(member: T): void {
    if (!this.#members.delete(member) || this.#members.size > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  #visitAll(): void {
    const now = this.#clock.now()
    for (const member of this.#members) member.visit(now)
  }
}
