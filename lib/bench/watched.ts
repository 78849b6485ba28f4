import { asError } from '@/bench/asError.js'

/** Looks so often in the time that a promise has. */
const LOOKS = 4

/** Watches promises of one piece of work, one after the other: the first that rejects or stays pending ends it. */
export class Watched {
  readonly #settleMs: number
  readonly #looking: NodeJS.Timeout
  #begunMs = Number.POSITIVE_INFINITY
  #end: (error: Error) => void = () => {}
  readonly #ended: Promise<never>

  /** @param settleMs for each promise; a timer each would be part of what is measured */
  constructor(settleMs: number) {
    this.#settleMs = settleMs
    this.#ended = new Promise((_resolve, reject) => {
      this.#end = reject
    })
    this.#ended.catch(() => {})
    this.#looking = setInterval(() => this.#look(), settleMs / LOOKS)
  }

  /** Calls `done` when `promise` has resolved. One is begun at a time. */
  begin(promise: Promise<void>, done: () => void): void {
    this.#begunMs = performance.now()
    promise
      .then(() => {
        this.#begunMs = Number.POSITIVE_INFINITY
        done()
      })
      .catch((error: unknown) => this.#end(asError(error)))
  }

  /** What `outcome` resolves with. @throws Error why one of the promises has ended the work, if one does before that */
  by<Result>(outcome: Promise<Result>): Promise<Result> {
    return Promise.race([outcome, this.#ended])
  }

  close(): void {
    clearInterval(this.#looking)
  }

  #look(): void {
    if (performance.now() - this.#begunMs > this.#settleMs)
      this.#end(new Error(`did not settle within ${this.#settleMs} ms`))
  }
}
