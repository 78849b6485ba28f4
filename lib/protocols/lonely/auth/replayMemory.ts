import { randomInt } from 'node:crypto'
import { FingerprintSet } from '@/protocols/lonely/auth/fingerprintSet.js'

/** What a memory says about a code: first use, used before, or that it cannot take one more and so cannot know. */
export type Use = 'fresh' | 'used' | 'full'

/** Remembers which codes have been used; share one between broadcasters by implementing it over a database. */
export interface ReplayStore {
  /**
   * Marks a code as used. Called only for codes that are right, so nobody without the secret can put one in.
   * @param code 64 bytes
   * @param expiresAtMs the last moment, since the epoch, at which the code would be accepted; always the same for one
   * code
   */
  use(code: Uint8Array, expiresAtMs: number, nowMs: number): Use | Promise<Use>
}

/** Codes that expire within the same slice are forgotten together. */
const SLICE_MS = 30_000
const CODE_BYTES = 64
const FINGERPRINT_BYTES = 8

/**
 * The codes this process has seen, 64 bits of each (about 16 bytes of memory), until they expire. Bounded: with
 * `maxCodes` in it, it takes no more and forgets none, so a replay never passes. Should the clock go back, codes older
 * than what has been forgotten count as used.
 */
export class ReplayMemory implements ReplayStore {
  readonly #maxCodes: number
  readonly #slices = new Map<number, FingerprintSet>()
  /** Which bytes of a code are looked at: not known to whoever makes codes. */
  readonly #offset = randomInt(CODE_BYTES - FINGERPRINT_BYTES + 1)
  #codes = 0
  /** Everything that expires before this slice is forgotten. */
  #firstSlice = Number.NEGATIVE_INFINITY

  /** @param maxCodes more than 0 */
  constructor(maxCodes: number) {
    this.#maxCodes = maxCodes
  }

  /** Codes that are remembered. */
  get size(): number {
    return this.#codes
  }

  use(code: Uint8Array, expiresAtMs: number, nowMs: number): Use {
    this.#forget(Math.floor(nowMs / SLICE_MS))
    const slice = Math.floor(expiresAtMs / SLICE_MS)
    if (slice < this.#firstSlice) return 'used'
    const known = this.#slices.get(slice)
    if (known?.has(code, this.#offset) === true) return 'used'
    if (this.#codes >= this.#maxCodes) return 'full'
    const set = known ?? new FingerprintSet()
    if (known === undefined) this.#slices.set(slice, set)
    set.add(code, this.#offset)
    this.#codes++
    return 'fresh'
  }

  #forget(current: number): void {
    if (current <= this.#firstSlice) return
    this.#firstSlice = current
    for (const [slice, set] of this.#slices) {
      if (slice >= current) continue
      this.#codes -= set.size
      this.#slices.delete(slice)
    }
  }
}
