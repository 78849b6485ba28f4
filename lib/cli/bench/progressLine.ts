import type { Output } from '@/cli/io.js'

const STEP_MS = 100

/** A part of the work that lies ahead. */
export interface Part {
  readonly name: string
  /** About how long it takes, on some machine. */
  readonly seconds: number
}

/** One line on a terminal: what is being done, and how long everything will take yet. Elsewhere it stays silent. */
export class ProgressLine {
  readonly #output: Output
  readonly #now: () => number
  readonly #ahead: Part[]
  #doneSeconds = 0
  #passedMs = 0
  #current: Part | undefined
  #startedMs = 0
  #shownMs = Number.NEGATIVE_INFINITY
  #shown = false

  constructor(output: Output, parts: readonly Part[], now: () => number = () => performance.now()) {
    this.#output = output
    this.#ahead = [...parts]
    this.#now = now
  }

  /** Something has happened in the part of that name. */
  update(name: string, text: string): void {
    const nowMs = this.#now()
    if (this.#current?.name !== name) this.#begin(name, nowMs)
    if (this.#output.isTTY !== true || nowMs - this.#shownMs < STEP_MS) return
    this.#shownMs = nowMs
    this.#shown = true
    const words = `${name}: ${text}`
    const left = `, about ${roughly(this.#leftSeconds(nowMs))} left`
    const room = Math.max(10, (this.#output.columns ?? 80) - 1 - left.length)
    this.#output.write(`\r\u001B[K${words.slice(0, room)}${left}`)
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.#output.write('\r\u001B[K')
    this.#shown = false
    this.#shownMs = Number.NEGATIVE_INFINITY
  }

  #begin(name: string, nowMs: number): void {
    if (this.#current !== undefined) {
      this.#doneSeconds += this.#current.seconds
      this.#passedMs += nowMs - this.#startedMs
    }
    const place = this.#ahead.findIndex((part) => part.name === name)
    this.#current = this.#ahead.splice(0, place + 1).at(-1)
    this.#startedMs = nowMs
  }

  /** What lies ahead, at the pace of what is done. */
  #leftSeconds(nowMs: number): number {
    const slowness = this.#doneSeconds === 0 ? 1 : this.#passedMs / 1e3 / this.#doneSeconds
    const current = (this.#current?.seconds ?? 0) * slowness - (nowMs - this.#startedMs) / 1e3
    const later = this.#ahead.reduce((sum, { seconds }) => sum + seconds, 0) * slowness
    return Math.max(0, current) + later
  }
}

/** `5 s`, `2 min 10 s`, in steps that an estimate deserves. */
const roughly = (seconds: number): string => {
  const whole = seconds < 60 ? Math.ceil(seconds) : Math.ceil(seconds / 10) * 10
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min${whole % 60 === 0 ? '' : ` ${whole % 60} s`}`
}
