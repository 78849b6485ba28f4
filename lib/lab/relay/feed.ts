import { Deque } from '@/bytes/deque.js'
import type { Part } from '@/lab/faults/part.js'

/** A part costs some 200 bytes beside its own, however small it is. */
const MAX_PARTS = 4_096

/** Parts on their way from who pushes to who pulls. It takes what it is given; who pushes looks whether it is full. */
export class Feed implements AsyncIterable<Part> {
  readonly #parts = new Deque<Part>()
  readonly #maxBytes: number
  readonly #taken: () => void
  #waitingBytes = 0
  #finished = false
  #wake: (() => void) | undefined

  /** @param taken called when a part has been taken */
  constructor(maxBytes: number, taken: () => void) {
    this.#maxBytes = maxBytes
    this.#taken = taken
  }

  get full(): boolean {
    return this.#waitingBytes >= this.#maxBytes || this.#parts.length >= MAX_PARTS
  }

  push(part: Part): void {
    this.#parts.push(part)
    this.#waitingBytes += part.bytes.length
    this.#wake?.()
  }

  /** Who pulls gets no more. @param next gets what was not taken */
  finish(next?: Feed): void {
    this.#finished = true
    for (let part = this.#parts.shift(); part !== undefined; part = this.#parts.shift()) next?.push(part)
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Part, void, undefined> {
    while (!this.#finished) {
      const part = this.#parts.shift()
      if (part === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      } else {
        this.#waitingBytes -= part.bytes.length
        this.#taken()
        yield part
      }
    }
  }
}
