import { ThreadException } from '@/protocols/pyile/exceptions.js'
import { wordsOf } from '@/errors.js'

/** Calls what its users have written, so that what it throws harms nobody else. */
export class Guard {
  readonly #failed: (error: ThreadException) => void

  /** @param failed told of each failure; must not throw */
  constructor(failed: (error: ThreadException) => void) {
    this.#failed = failed
  }

  /** @param hook what it is called, for the error */
  call(hook: string, run: () => unknown): void {
    try {
      const result = run()
      if (result !== undefined) Promise.resolve(result).catch((error: unknown) => this.#tell(hook, error))
    } catch (error) {
      this.#tell(hook, error)
    }
  }

  #tell(hook: string, cause: unknown): void {
    this.#failed(new ThreadException('HOOK_FAILED', { hook, says: wordsOf(cause) }, { cause }))
  }
}
