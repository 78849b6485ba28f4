const FIRST_SLOTS = 64
const EMPTY = 0

/** A set of 64-bit values, cut out of longer random ones. 8 bytes a slot, at most half of the slots are taken. */
export class FingerprintSet {
  /** Two words a slot; both 0 when nothing is there. */
  #words = new Uint32Array(2 * FIRST_SLOTS)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** @param at where in `bytes` the eight bytes stand */
  has(bytes: Uint8Array, at: number): boolean {
    const high = wordAt(bytes, at)
    const slot = this.#find(high, lowWord(high, wordAt(bytes, at + 4)))
    return !this.#isEmpty(slot)
  }

  add(bytes: Uint8Array, at: number): void {
    const high = wordAt(bytes, at)
    this.#put(high, lowWord(high, wordAt(bytes, at + 4)))
    if (this.#size * 4 > this.#words.length) this.#grow()
  }

  #put(high: number, low: number): void {
    const slot = this.#find(high, low)
    if (!this.#isEmpty(slot)) return
    this.#words[2 * slot] = high
    this.#words[2 * slot + 1] = low
    this.#size++
  }

  /** The slot that holds the value, or else the empty one where it belongs. */
  #find(high: number, low: number): number {
    const words = this.#words
    const mask = words.length / 2 - 1
    let slot = high & mask
    while (!this.#isEmpty(slot) && (words[2 * slot] !== high || words[2 * slot + 1] !== low)) slot = (slot + 1) & mask
    return slot
  }

  #isEmpty(slot: number): boolean {
    return this.#words[2 * slot] === EMPTY && this.#words[2 * slot + 1] === EMPTY
  }

  #grow(): void {
    const before = this.#words
    this.#words = new Uint32Array(2 * before.length)
    this.#size = 0
    for (let at = 0; at < before.length; at += 2) {
      const high = before[at] ?? EMPTY
      const low = before[at + 1] ?? EMPTY
      if (high !== EMPTY || low !== EMPTY) this.#put(high, low)
    }
  }
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0

/** All zeros would look like an empty slot. */
const lowWord = (high: number, low: number): number => (high === EMPTY && low === EMPTY ? 1 : low)
