import type { Cancel, Clock } from '@/core/clock.js'

/** Somebody who wants to be called at each round. */
export interface Visited {
  visit(nowMs: number): void
  /** Where it stands among those who are visited; only its rounds write there. */
  place: number
}

/** One timer for as many as like to be visited at the same pace; no timer while nobody does. */
export class Rounds<T extends Visited> {
  readonly #clock: Clock
  readonly #periodMs: number
  readonly #members: T[] = []
  #cancel: Cancel | undefined

  constructor(clock: Clock, periodMs: number) {
    this.#clock = clock
    this.#periodMs = periodMs
  }

  add(member: T): void {
    if (this.#members[member.place] === member) return
    member.place = this.#members.push(member) - 1
    this.#cancel ??= this.#clock.every(this.#periodMs, () => this.#visitAll())
  }

  /** The last one takes its place. */
  remove(member: T): void {
    const { place } = member
    if (this.#members[place] !== member) return
    const last = this.#members.pop()
    if (last !== undefined && last !== member) {
      this.#members[place] = last
      last.place = place
    }
    if (this.#members.length > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** From the last to the first: whoever leaves is replaced by one who has been visited. */
  #visitAll(): void {
    const now = this.#clock.now()
    for (let place = this.#members.length - 1; place >= 0; place--) this.#members[place]?.visit(now)
  }
}
