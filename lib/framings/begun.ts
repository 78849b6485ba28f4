const NOTHING = Buffer.alloc(0)
const LEAST_BYTES = 256

/**
 * The beginning of a message whose end has not arrived, copied out of the chunks it came in. Each byte is copied a
 * bounded number of times, however small the chunks are; memory is at most twice what is here.
 */
export class Begun {
  #buffer: Buffer = NOTHING
  #filled = 0

  get length(): number {
    return this.#filled
  }

  /** @param most more than this will never be here */
  add(part: Uint8Array, most: number): void {
    const filled = this.#filled + part.length
    if (filled > this.#buffer.length) this.#widen(Math.max(filled, Math.min(most, Math.max(LEAST_BYTES, filled * 2))))
    this.#buffer.set(part, this.#filled)
    this.#filled = filled
  }

  /** The last `count` bytes, or all when fewer are here. They stay here. */
  last(count: number): Buffer {
    return this.#buffer.subarray(Math.max(0, this.#filled - count), this.#filled)
  }

  /** All that is here, taken out. */
  take(): Buffer {
    const bytes = this.#buffer.subarray(0, this.#filled)
    this.#buffer = NOTHING
    this.#filled = 0
    return bytes
  }

  /** All that is here and `part` behind it, taken out; nothing is copied when nothing is here. */
  takeWith(part: Buffer): Buffer {
    if (this.#filled === 0) return part
    if (part.length > 0) this.add(part, this.#filled + part.length)
    return this.take()
  }

  #widen(bytes: number): void {
    const wider = Buffer.allocUnsafeSlow(bytes)
    this.#buffer.copy(wider, 0, 0, this.#filled)
    this.#buffer = wider
  }
}
