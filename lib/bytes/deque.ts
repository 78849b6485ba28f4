/** First in, first out, at constant cost however long it stays filled. */
export class Deque<T> {
  #slots: (T | undefined)[] = []
  #first = 0
  #count = 0

  get length(): number {
    return this.#count
  }

  push(value: T): void {
    if (this.#count === this.#slots.length) this.#grow()
    this.#slots[(this.#first + this.#count) & (this.#slots.length - 1)] = value
    this.#count++
  }

  /** The oldest, left in its place. */
  peek(): T | undefined {
    return this.#count === 0 ? undefined : this.#slots[this.#first]
  }

  /** The oldest, taken out. */
  shift(): T | undefined {
    if (this.#count === 0) return undefined
    const value = this.#slots[this.#first]
    this.#slots[this.#first] = undefined
    this.#first = (this.#first + 1) & (this.#slots.length - 1)
    this.#count--
    return value
  }

  /** Everything, oldest first, taken out. */
  takeAll(): T[] {
    const all: T[] = []
    for (let value = this.shift(); value !== undefined; value = this.shift()) all.push(value)
    this.#slots = []
    this.#first = 0
    return all
  }

  #grow(): void {
    const wider = new Array<T | undefined>(Math.max(8, this.#slots.length * 2)).fill(undefined)
    for (let i = 0; i < this.#count; i++) wider[i] = this.#slots[(this.#first + i) & (this.#slots.length - 1)]
    this.#slots = wider
    this.#first = 0
  }
}
