import { Shares } from '@/protocols/pnet/shares.js'

/** What is kept of a stream until its peer has gone through all of it. */
export interface KeptStream {
  /** The address of its peer, whose share it is of; undefined when that is not known. */
  readonly owner: string | undefined
  /** When its peer was last heard of. */
  touchedMs: number
  /** Gives back what it takes. Never rejects. */
  close(): Promise<void>
}

/** How many, and for how long. */
export interface StreamTableLimits {
  readonly most: number
  readonly mostOfEach: number
  readonly idleMs: number
}

/** A stream that has been silent for so long goes when there is no room for another. */
const PATIENCE_MS = 1_000

/**
 * Streams by their ids: at most so many, in all and from each address, and none that has been silent for too long.
 * Whoever goes on with his streams keeps them, however many others begin some and leave them lying.
 */
export class StreamTable<Kept extends KeptStream> {
  /** The one that has been silent the longest comes first. */
  readonly #kept = new Map<string, Kept>()
  readonly #places: Shares
  readonly #idleMs: number
  readonly #now: () => number

  constructor({ most, mostOfEach, idleMs }: StreamTableLimits, now: () => number) {
    this.#places = new Shares(most, mostOfEach)
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

  /** @returns whether there is a place, which then is taken, for one that will be added, or given back with `leave` */
  enter(owner: string | undefined): boolean {
    if (this.#places.excess(owner, 1) !== undefined) this.expire()
    const excess = this.#places.excess(owner, 1)
    if (excess !== undefined) {
      this.#giveUp(this.#now() - PATIENCE_MS, 1, (kept) => excess === 'all' || kept.owner === owner)
      if (this.#places.excess(owner, 1) !== undefined) return false
    }
    this.#places.take(owner, 1)
    return true
  }

  /** Nothing came of what had entered. */
  leave(owner: string | undefined): void {
    this.#places.give(owner, 1)
  }

  /** Its owner has entered. */
  add(id: string, kept: Kept): void {
    this.#kept.set(id, kept)
  }

  /** Takes it away, and does not close it. */
  remove(id: string): Kept | undefined {
    const kept = this.#kept.get(id)
    if (this.#kept.delete(id)) this.leave(kept?.owner)
    return kept
  }

  async drop(id: string): Promise<void> {
    await this.remove(id)?.close()
  }

  /** Gives up those that have been silent for too long. */
  expire(): void {
    this.#giveUp(this.#now() - this.#idleMs, this.#kept.size, () => true)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#kept.keys()].map((id) => this.drop(id)))
  }

  /** The longest silent first. */
  #giveUp(oldestMs: number, most: number, which: (kept: Kept) => boolean): void {
    let left = most
    for (const [id, kept] of this.#kept) {
      if (kept.touchedMs >= oldestMs || left === 0) return
      if (!which(kept)) continue
      left--
      void this.drop(id)
    }
  }
}
