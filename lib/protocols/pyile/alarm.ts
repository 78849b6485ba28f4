import type { Cancel, Clock } from '@/core/index.js'

/** One thing that is to happen at its time, unless another takes its place before. */
export class Alarm {
  readonly #clock: Clock
  #cancel: Cancel | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  set(ms: number, run: () => void): void {
    this.#cancel?.()
    this.#cancel = this.#clock.after(ms, run)
  }

  cancel(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
