const FIRST_BYTES = 65_536
const GROWTH = 16

/**
 * One large message being put together from its parts, each copied once into the final buffer. Memory follows
 * what has arrived: at most 64 KiB, or 16 times the bytes that are here, and never more than the message's size.
 */
export class Assembly {
  readonly size: number
  #buffer: Buffer
  #filled = 0

  /** @param size bytes of the whole message @param first the first part */
  constructor(size: number, first: Uint8Array) {
    this.size = size
    this.#buffer = Buffer.allocUnsafeSlow(this.#roomFor(first.length))
    this.add(first)
  }

  /** Bytes of memory held now. */
  get heldBytes(): number {
    return this.#buffer.length
  }

  add(part: Uint8Array): void {
    const filled = this.#filled + part.length
    if (filled > this.#buffer.length) {
      const wider = Buffer.allocUnsafeSlow(this.#roomFor(filled))
      this.#buffer.copy(wider, 0, 0, this.#filled)
      this.#buffer = wider
    }
    this.#buffer.set(part, this.#filled)
    this.#filled = filled
  }

  /** The message; to be called once, when every part has been added. */
  take(): Buffer {
    return this.#filled === this.#buffer.length ? this.#buffer : this.#buffer.subarray(0, this.#filled)
  }

  #roomFor(arrived: number): number {
    return Math.min(this.size, Math.max(FIRST_BYTES, arrived * GROWTH))
  }
}
