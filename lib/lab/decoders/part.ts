/** So many bytes of a part are kept, to be told. */
export const KEPT_BYTES = 64

/** A known number of bytes that are on their way, the first of which are kept. */
export class Part {
  readonly #kept = Buffer.alloc(KEPT_BYTES)
  #size = 0
  #have = 0

  start(size: number): void {
    this.#size = size
    this.#have = 0
  }

  get size(): number {
    return this.#size
  }

  get have(): number {
    return this.#have
  }

  get whole(): boolean {
    return this.#have === this.#size
  }

  /** Its first bytes, as far as they have come and are kept; to be looked at before it goes on. */
  get head(): Buffer {
    return this.#kept.subarray(0, Math.min(this.#have, KEPT_BYTES))
  }

  /** Takes what belongs to it from `bytes`, from `at` on. @returns where it ends there */
  take(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#size - this.#have)
    if (this.#have < KEPT_BYTES) bytes.copy(this.#kept, this.#have, at, end)
    this.#have += end - at
    return end
  }
}
