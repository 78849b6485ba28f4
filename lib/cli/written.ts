import type { Writable } from 'node:stream'
import { systemCode } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/** Sees to it that what a command has written has left before the program ends, and that it is known if it has not. */
export class Written {
  readonly #stream: Writable
  readonly #path: string
  readonly #told: (reason: 'EPIPE' | TransportError) => void
  #broken: 'EPIPE' | TransportError | undefined

  /**
   * @param path what the stream is called in an error
   * @param told once, of `EPIPE` when whoever read has gone, as `head` does, and of FILE_FAILED otherwise
   */
  constructor(stream: Writable, path: string, told: (reason: 'EPIPE' | TransportError) => void) {
    this.#stream = stream
    this.#path = path
    this.#told = told
    stream.on('error', (error) => this.#broke(error))
  }

  /** Resolves when all has left, or nobody reads it any more. @throws TransportError FILE_FAILED */
  async flush(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stream.write('', (error) => {
        if (error instanceof Error) this.#broke(error)
        resolve()
      })
    })
    if (this.#broken instanceof TransportError) throw this.#broken
  }

  /** The first time says why; each further write fails, too. */
  #broke(cause: Error): void {
    if (this.#broken !== undefined) return
    const system = systemCode(cause)
    this.#broken =
      system === 'EPIPE' ? system : new TransportError('FILE_FAILED', { path: this.#path, system }, { cause })
    this.#told(this.#broken)
  }
}
