import { byteCount, duration, pace } from '@/cli/amounts.js'
import type { Output } from '@/cli/io.js'
import { StatusLine } from '@/cli/statusLine.js'

/** Says on a terminal how far a transfer is, once it has taken a second. */
export class ProgressBar {
  readonly #line: StatusLine

  constructor(output: Output, now?: () => number) {
    this.#line = new StatusLine(output, now)
  }

  update(doneBytes: number, totalBytes: number): void {
    this.#line.update((passedMs, columns) => {
      const share = totalBytes === 0 ? 1 : doneBytes / totalBytes
      const leftMs = share === 0 ? 0 : passedMs / share - passedMs
      const words = ` ${Math.floor(share * 100)} %  ${byteCount(doneBytes)} of ${byteCount(totalBytes)}  ${pace(doneBytes, passedMs)}  ${duration(leftMs)} left`
      const room = Math.max(10, Math.min(40, columns - words.length - 3))
      const full = Math.floor(share * room)
      return `[${'#'.repeat(full)}${'.'.repeat(room - full)}]${words}`
    })
  }

  /** Takes the line away. */
  end(): void {
    this.#line.end()
  }
}
