import type { Cancel, Clock } from '@/core/index.js'
import type { Letter } from '@/protocols/files/letters.js'
import { TransportError } from '@/errors.js'

/** The letters that one end waits for, one at a time, and its patience while it is the other end's turn. */
export class Replies {
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #tooLate: (error: TransportError) => void
  #early: Letter | undefined
  #resolve: ((letter: Letter) => void) | undefined
  #reject: ((error: Error) => void) | undefined
  #ended: Error | undefined
  #alarm: Cancel | undefined

  /** @param tooLate called when the other end has been silent for `timeoutMs`, which 0 puts off for ever */
  constructor(clock: Clock, timeoutMs: number, tooLate: (error: TransportError) => void) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    this.#tooLate = tooLate
  }

  next(): Promise<Letter> {
    const early = this.#early
    this.#early = undefined
    if (early !== undefined) return Promise.resolve(early)
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    this.expect()
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** @throws TransportError LETTER_UNEXPECTED when one that nobody has asked for waits already */
  arrived(letter: Letter): void {
    const resolve = this.#resolve
    this.#resolve = this.#reject = undefined
    if (resolve !== undefined) return resolve(letter)
    if (this.#early !== undefined) throw new TransportError('LETTER_UNEXPECTED', { type: letter.type })
    this.#early = letter
  }

  /** It is the other end's turn: from now on it must not be silent for too long. */
  expect(): void {
    this.heard()
    if (this.#timeoutMs === 0) return
    const limitMs = this.#timeoutMs
    this.#alarm = this.#clock.after(limitMs, () => this.#tooLate(new TransportError('TRANSFER_TIMEOUT', { limitMs })))
  }

  /** The other end goes on. */
  heard(): void {
    this.#alarm?.()
    this.#alarm = undefined
  }

  /** No letter will come any more. */
  end(error: Error): void {
    this.heard()
    this.#ended = error
    this.#reject?.(error)
  }
}
