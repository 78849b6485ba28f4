import { createHook } from 'node:async_hooks'

/**
 * Counts the timers of this process. `process.getActiveResourcesInfo()` leaves out those that keep no process alive,
 * and those are the ones a server would have for each connection; the hook sees them all.
 */
export class LiveTimers {
  readonly #live = new Set<number>()

  constructor() {
    createHook({
      init: (id, type) => {
        if (type === 'Timeout') this.#live.add(id)
      },
      destroy: (id) => this.#live.delete(id),
    }).enable()
  }

  get count(): number {
    const keepingAlive = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    return Math.max(this.#live.size, keepingAlive)
  }
}
