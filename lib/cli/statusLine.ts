import type { Output } from '@/cli/io.js'

const QUIET_MS = 1_000
const STEP_MS = 100

/** One line on a terminal that is written over and over, once what it is about has taken a second. Elsewhere it stays silent. */
export class StatusLine {
  readonly #output: Output
  readonly #now: () => number
  readonly #startedMs: number
  #shownMs = 0
  #shown = false

  constructor(output: Output, now: () => number = () => performance.now()) {
    this.#output = output
    this.#now = now
    this.#startedMs = now()
  }

  /** @param words asked for only when the line is due; given the time that has passed, and the columns there are */
  update(words: (passedMs: number, columns: number) => string): void {
    const nowMs = this.#now()
    const passedMs = nowMs - this.#startedMs
    if (this.#output.isTTY !== true || passedMs < QUIET_MS || nowMs - this.#shownMs < STEP_MS) return
    this.#shownMs = nowMs
    this.#shown = true
    this.#output.write(`\r\u001B[K${words(passedMs, this.#output.columns ?? 80)}`)
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shown) this.#output.write('\r\u001B[K')
    this.#shown = false
  }
}
