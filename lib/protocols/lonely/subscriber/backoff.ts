/** Waits that grow: each twice as long as the one before, up to a cap, and each shortened at random by up to half. */
export class Backoff {
  readonly #baseMs: number
  readonly #capMs: number
  readonly #random: () => number
  #round = 0

  /** @param random 0 to 1 */
  constructor(baseMs: number, capMs: number, random: () => number) {
    this.#baseMs = baseMs
    this.#capMs = capMs
    this.#random = random
  }

  /** Waits since the beginning. */
  get rounds(): number {
    return this.#round
  }

  /** The next wait, in milliseconds. */
  next(): number {
    const longest = Math.min(this.#capMs, this.#baseMs * 2 ** Math.min(this.#round, 52))
    this.#round++
    return longest * (1 - this.#random() / 2)
  }

  /** Begins anew. */
  reset(): void {
    this.#round = 0
  }
}
