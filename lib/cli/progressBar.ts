import { byteCount, duration, pace } from '@/cli/amounts.js'
import type { Output } from '@/cli/io.js'

const QUIET_MS = 1_000
const STEP_MS = 100

/** One line on a terminal that says how far a transfer is, once it has taken a second. Elsewhere it stays silent. */
export class ProgressBar {
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

  update(doneBytes: number, totalBytes: number): void {
    const nowMs = this.#now()
    const passedMs = nowMs - this.#startedMs
    if (this.#output.isTTY !== true || passedMs < QUIET_MS || nowMs - this.#shownMs < STEP_MS) return
    this.#shownMs = nowMs
    this.#shown = true
    const share = totalBytes === 0 ? 1 : doneBytes / totalBytes
    const leftMs = share === 0 ? 0 : passedMs / share - passedMs
    const words = ` ${Math.floor(share * 100)} %  ${byteCount(doneBytes)} of ${byteCount(totalBytes)}  ${pace(doneBytes, passedMs)}  ${duration(leftMs)} left`
    const room = Math.max(10, Math.min(40, (this.#output.columns ?? 80) - words.length - 3))
    const full = Math.floor(share * room)
    this.#output.write(`\r\u001B[K[${'#'.repeat(full)}${'.'.repeat(room - full)}]${words}`)
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shown) this.#output.write('\r\u001B[K')
    this.#shown = false
  }
}
