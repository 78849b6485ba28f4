import type { Sink, Taken } from '@/core/outbox.js'

/** Takes of each offer what its script says, and remembers what it was offered and what it took. */
export class ScriptedSink implements Sink {
  /** What each offer held, in order. */
  readonly offers: Buffer[] = []
  /** Bytes taken whose memory counts as still in use. */
  pendingBytes = 0
  corks = 0
  uncorks = 0
  readonly #script: Iterator<number | Taken>
  readonly #taken: Buffer[] = []

  /**
   * @param script for each offer the most that is taken of it, after which more may come only if it was all; or that
   * number and whether more may come. When the script has ended everything is taken.
   */
  constructor(script: Iterable<number | Taken> = []) {
    this.#script = script[Symbol.iterator]()
  }

  offer(bytes: Buffer): Taken {
    this.offers.push(Buffer.from(bytes))
    const { bytes: most, more } = this.#next(bytes.length)
    const count = Math.min(most, bytes.length)
    this.#taken.push(Buffer.from(bytes.subarray(0, count)))
    this.pendingBytes += count
    return { bytes: count, more }
  }

  cork(): void {
    this.corks++
  }

  uncork(): void {
    this.uncorks++
  }

  /** The system below has taken everything that the sink took. */
  settle(): void {
    this.pendingBytes = 0
  }

  /** All bytes taken, in order. */
  get taken(): Buffer {
    return Buffer.concat(this.#taken)
  }

  #next(offered: number): Taken {
    const next = this.#script.next()
    if (next.done === true) return { bytes: offered, more: true }
    return typeof next.value === 'number' ? { bytes: next.value, more: next.value >= offered } : next.value
  }
}
