import type { Body } from '@/protocols/lonely/bodies/body.js'

/** A body in memory. */
export class MemoryBody implements Body {
  readonly bytes: Buffer
  readonly digest: Buffer
  readonly #freed: ((bytes: number) => void) | undefined
  #readers = 1

  /** @param freed called once, when nobody needs the body any more */
  constructor(bytes: Buffer, digest: Buffer, freed?: (bytes: number) => void) {
    this.bytes = bytes
    this.digest = digest
    this.#freed = freed
  }

  get size(): number {
    return this.bytes.length
  }

  read(at: number, length: number): Buffer {
    return at === 0 && length === this.size ? this.bytes : this.bytes.subarray(at, at + length)
  }

  retain(): void {
    this.#readers++
  }

  release(): void {
    if (--this.#readers === 0) this.#freed?.(this.bytes.length)
  }
}
