/** First in, first out, for numbers; grows by doubling and allocates nothing while it does not grow. */
export class NumberRing {
  #slots = new Float64Array(0)
  #first = 0
  #count = 0

  get length(): number {
    return this.#count
  }

  push(value: number): void {
    if (this.#count === this.#slots.length) this.#grow()
    this.#slots[(this.#first + this.#count) & (this.#slots.length - 1)] = value
    this.#count++
  }

  /** The oldest number, taken out; 0 when there is none. */
  shift(): number {
    if (this.#count === 0) return 0
    const value = this.#slots[this.#first] ?? 0
    this.#first = (this.#first + 1) & (this.#slots.length - 1)
    this.#count--
    return value
  }

  #grow(): void {
    const wider = new Float64Array(Math.max(8, this.#slots.length * 2))
    for (let i = 0; i < this.#count; i++) wider[i] = this.#slots[(this.#first + i) & (this.#slots.length - 1)] ?? 0
    this.#slots = wider
    this.#first = 0
  }
}
