import { type Clock, isPromise } from '@/core/index.js'
import { TransportError, wordsOf } from '@/errors.js'

/** Calls what the application has given us, so that whatever it does harms nobody else. */
export class Guard {
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #raise: (error: TransportError) => void

  /** @param timeoutMs a promise is waited for this long; 0 for ever @param raise must not throw */
  constructor(clock: Clock, timeoutMs: number, raise: (error: TransportError) => void) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    this.#raise = raise
  }

  /** @param what it is called in errors @returns a promise that never rejects, where the call has made one */
  readonly call = <Argument>(
    what: string,
    call: (argument: Argument) => unknown,
    argument: Argument,
  ): void | Promise<void> => {
    try {
      const work = call(argument)
      if (isPromise(work)) return this.#settled(what, work)
    } catch (error) {
      this.#failed(what, error)
    }
  }

  #settled(what: string, work: PromiseLike<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const limitMs = this.#timeoutMs
      const late = (): void => {
        this.#raise(new TransportError('HANDLER_TIMEOUT', { what, limitMs }))
        resolve()
      }
      const cancel = limitMs === 0 ? (): void => {} : this.#clock.after(limitMs, late)
      const failed = (error: unknown): void => this.#failed(what, error)
      void Promise.resolve(work)
        .catch(failed)
        .then(() => {
          cancel()
          resolve()
        })
    })
  }

  #failed(hook: string, error: unknown): void {
    this.#raise(new TransportError('HOOK_FAILED', { hook, says: wordsOf(error) }, { cause: error }))
  }
}
