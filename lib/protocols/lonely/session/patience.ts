import type { Cancel, Clock } from '@/core/index.js'

/** What a wait needs beside its clock. */
export interface PatienceParts {
  /** 0 waits for ever. */
  readonly limitMs: number
  /** Asked when the time is up: while it is our own doing that nothing comes, the wait begins anew. */
  excused?(): boolean
  /** It has not come. Called once for each wait. */
  lost(): void
}

/**
 * Notices when something that is awaited does not come for too long. One timer at most, however often the wait begins
 * anew, so that beginning costs a look at the clock and ending nothing.
 */
export class Patience {
  readonly #clock: Clock
  readonly #parts: PatienceParts
  /** When the wait began; undefined while nothing is awaited. */
  #sinceMs: number | undefined
  #alarm: Cancel | undefined

  constructor(clock: Clock, parts: PatienceParts) {
    this.#clock = clock
    this.#parts = parts
  }

  /** Something is awaited, from now on; or, when something was, it has gone on. `false` ends the wait. */
  expect(awaited = true): void {
    const { limitMs } = this.#parts
    if (!awaited || limitMs === 0) {
      this.#sinceMs = undefined
      return
    }
    this.#sinceMs = this.#clock.now()
    if (this.#alarm === undefined) this.#watch(limitMs)
  }

  /** For how long it has been awaited; 0 when nothing is, or it is waited for for ever. */
  get waitedMs(): number {
    return this.#sinceMs === undefined ? 0 : this.#clock.now() - this.#sinceMs
  }

  /** Nothing is awaited, and the timer is gone. */
  stop(): void {
    this.#sinceMs = undefined
    this.#alarm?.()
    this.#alarm = undefined
  }

  #watch(ms: number): void {
    this.#alarm = this.#clock.after(ms, () => {
      this.#alarm = undefined
      if (this.#sinceMs === undefined) return
      const parts = this.#parts
      const { limitMs } = parts
      const leftMs = this.#sinceMs + limitMs - this.#clock.now()
      if (leftMs > 0) return this.#watch(leftMs)
      if (parts.excused?.() === true) return this.expect()
      this.#sinceMs = undefined
      parts.lost()
    })
  }
}
