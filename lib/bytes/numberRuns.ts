import { NumberRing } from '@/bytes/numberRing.js'

/** First in, first out, for numbers of which many in a row are alike: those are kept, and taken out, as one. */
export class NumberRuns {
  /** The oldest run, of which some may have been taken. */
  #oldest = 0
  #oldestCount = 0
  /** Runs between: value, count, value, count. */
  readonly #between = new NumberRing()
  #newest = 0
  #newestCount = 0

  push(value: number): void {
    if (value === this.#newest) {
      this.#newestCount++
      return
    }
    if (this.#newestCount > 0) {
      this.#between.push(this.#newest)
      this.#between.push(this.#newestCount)
    }
    this.#newest = value
    this.#newestCount = 1
  }

  /** Takes out the `count` oldest, or all when there are fewer. @returns their sum */
  take(count: number): number {
    let sum = 0
    let left = count
    while (left > 0 && this.#hasOlder()) {
      const part = Math.min(left, this.#oldestCount)
      this.#oldestCount -= part
      sum += part * this.#oldest
      left -= part
    }
    const part = Math.min(left, this.#newestCount)
    this.#newestCount -= part
    return sum + part * this.#newest
  }

  /** Whether there is a run before the newest; then the next of it is in place. */
  #hasOlder(): boolean {
    if (this.#oldestCount > 0) return true
    if (this.#between.length === 0) return false
    this.#oldest = this.#between.shift()
    this.#oldestCount = this.#between.shift()
    return true
  }
}
