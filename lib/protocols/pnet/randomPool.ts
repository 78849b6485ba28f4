import { randomBytes } from 'node:crypto'

/** Drawn at once; a call of the system's costs as much as sealing a short text does. */
const POOL_BYTES = 4_096

/** Random bytes of the system, drawn in large pieces and handed out in small ones. What is handed out is gone here. */
export class RandomPool {
  #pool = Buffer.alloc(0)
  #at = 0

  /** @returns so many fresh bytes, in memory of their own */
  readonly take = (bytes: number): Uint8Array => {
    if (bytes > POOL_BYTES) return randomBytes(bytes)
    if (bytes > this.#pool.length - this.#at) {
      this.#pool = randomBytes(POOL_BYTES)
      this.#at = 0
    }
    const end = this.#at + bytes
    const taken = Buffer.from(this.#pool.subarray(this.#at, end))
    this.#pool.fill(0, this.#at, end)
    this.#at = end
    return taken
  }
}
