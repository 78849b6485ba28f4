/** Something of which there is so much for all together, and so much for each of them. */
export class Shares {
  readonly #most: number
  readonly #mostOfEach: number
  #used = 0
  readonly #ofEach = new Map<string, number>()

  /** @param mostOfEach no bound of its own unless given */
  constructor(most: number, mostOfEach = most) {
    this.#most = most
    this.#mostOfEach = mostOfEach
  }

  /** What all have together. */
  get used(): number {
    return this.#used
  }

  /**
   * Who would have too much, if `owner` got so much more; undefined when nobody would.
   * @param owner undefined for the node itself, which has no share beside that of all
   */
  excess(owner: string | undefined, amount: number): 'each' | 'all' | undefined {
    if (owner !== undefined && (this.#ofEach.get(owner) ?? 0) + amount > this.#mostOfEach) return 'each'
    return this.#used + amount > this.#most ? 'all' : undefined
  }

  take(owner: string | undefined, amount: number): void {
    this.#used += amount
    if (owner === undefined) return
    const has = (this.#ofEach.get(owner) ?? 0) + amount
    if (has > 0) this.#ofEach.set(owner, has)
    else this.#ofEach.delete(owner)
  }

  give(owner: string | undefined, amount: number): void {
    this.take(owner, -amount)
  }
}
