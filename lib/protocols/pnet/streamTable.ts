/** What is kept of a stream until its peer has gone through all of it. */
export interface KeptStream {
  /** When its peer was last heard of. */
  touchedMs: number
  /** Gives back what it takes. Never rejects. */
  close(): Promise<void>
}

/** A stream that has been silent for so long goes when there is no room for another. */
const PATIENCE_MS = 1_000

/**
 * Streams by their ids: at most so many, and none that has been silent for too long. Whoever goes on with his streams
 * keeps them, however many others begin some and leave them lying.
 */
export class StreamTable<Kept extends KeptStream> {
  /** The one that has been silent the longest comes first. */
  readonly #kept = new Map<string, Kept>()
  readonly #most: number
  readonly #idleMs: number
  readonly #now: () => number

  constructor(most: number, idleMs: number, now: () => number) {
    this.#most = most
    this.#idleMs = idleMs
    this.#now = now
  }

  get size(): number {
    return this.#kept.size
  }

  /** Counts as a sign of life. */
  get(id: string): Kept | undefined {
    const kept = this.#kept.get(id)
    if (kept !== undefined) {
      kept.touchedMs = this.#now()
      this.#kept.delete(id)
      this.#kept.set(id, kept)
    }
    return kept
  }

  /**
   * Whether there is room for one more.
   * @param coming how many are to be added beside it
   */
  makeRoom(coming = 0): boolean {
    if (this.#kept.size + coming < this.#most) return true
    this.expire()
    if (this.#kept.size + coming < this.#most) return true
    this.#giveUpBefore(this.#now() - PATIENCE_MS, 1)
    return this.#kept.size + coming < this.#most
  }

  /** Whoever adds one has made room for it. */
  add(id: string, kept: Kept): void {
    this.#kept.set(id, kept)
  }

  /** Takes it away, and does not close it. */
  remove(id: string): void {
    this.#kept.delete(id)
  }

  async drop(id: string): Promise<void> {
    const kept = this.#kept.get(id)
    this.#kept.delete(id)
    await kept?.close()
  }

  /** Gives up those that have been silent for too long. */
  expire(): void {
    this.#giveUpBefore(this.#now() - this.#idleMs, this.#kept.size)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#kept.keys()].map((id) => this.drop(id)))
  }

  #giveUpBefore(oldestMs: number, most: number): void {
    let left = most
    for (const [id, { touchedMs }] of this.#kept) {
      if (touchedMs >= oldestMs || left-- === 0) return
      void this.drop(id)
    }
  }
}
