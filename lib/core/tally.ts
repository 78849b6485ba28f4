/** Counts by name. What has been taken away again as it was added takes no memory; the empty name is not counted. */
export class Tally {
  readonly #counts = new Map<string, number>()

  of(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  add(name: string, count = 1): void {
    if (name !== '') this.#counts.set(name, this.of(name) + count)
  }

  remove(name: string, count = 1): void {
    const left = this.of(name) - count
    if (left > 0) this.#counts.set(name, left)
    else this.#counts.delete(name)
  }

  clear(): void {
    this.#counts.clear()
  }
}
