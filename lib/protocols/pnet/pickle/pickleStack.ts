import { TransportError } from '@/errors.js'
import type { PickleLimits } from '@/protocols/pnet/pickle/pickleLimits.js'
import type { PickleValue } from '@/protocols/pnet/pickle/pickleValue.js'

/** What is being put together of a pickle: values, marks between them, and values that are kept to be referred to. */
export class PickleStack {
  readonly #maxItems: number
  readonly #maxMemo: number
  readonly #malformed: (problem: string) => TransportError
  readonly #values: PickleValue[] = []
  /** For each mark the number of values below it. */
  readonly #marks: number[] = []
  readonly #memo = new Map<number, PickleValue>()
  /** Values and marks that have ever been here. */
  #items = 0

  /** @param malformed makes the error that is thrown when an opcode does not fit what is here */
  constructor(limits: Required<PickleLimits>, malformed: (problem: string) => TransportError) {
    this.#maxItems = limits.maxPickleItems
    this.#maxMemo = limits.maxPickleMemo
    this.#malformed = malformed
  }

  push(value: PickleValue): void {
    this.#count()
    this.#values.push(value)
  }

  mark(): void {
    this.#count()
    this.#marks.push(this.#values.length)
  }

  /** The topmost values, in the order in which they came. */
  pop(count: number): PickleValue[] {
    this.#need(count)
    return this.#values.splice(-count)
  }

  popToMark(): PickleValue[] {
    const mark = this.#marks.pop()
    if (mark === undefined) throw this.#malformed('a mark is missing')
    return this.#values.splice(mark)
  }

  append(): void {
    const [item = null] = this.pop(1)
    this.#topList().push(item)
  }

  appendAll(): void {
    const items = this.popToMark()
    const list = this.#topList()
    for (const item of items) list.push(item)
  }

  setItem(): void {
    this.#set(this.pop(2))
  }

  setItems(): void {
    this.#set(this.popToMark())
  }

  addAll(): void {
    const items = this.popToMark()
    const set = this.#top()
    if (!(set instanceof Set)) throw this.#malformed('there is no set to add to')
    for (const item of items) set.add(this.#hashable(item))
  }

  /** @param index where to keep the topmost value; without one it is how many are kept already */
  memoize(index: number = this.#memo.size): void {
    this.#memo.set(index, this.#top())
    if (this.#memo.size > this.#maxMemo) throw new TransportError('PICKLE_TOO_LARGE', { maxPickleMemo: this.#maxMemo })
  }

  recall(index: number): void {
    const value = this.#memo.get(index)
    if (value === undefined) throw this.#malformed('it refers to a value that is not there')
    this.push(value)
  }

  /** The one value that is left. */
  only(): PickleValue {
    const [value] = this.#values
    if (this.#marks.length > 0 || this.#values.length !== 1 || value === undefined)
      throw this.#malformed('it does not end with one value')
    return value
  }

  #set(items: readonly PickleValue[]): void {
    const dict = this.#top()
    if (!(dict instanceof Map)) throw this.#malformed('there is no dict to add to')
    if (items.length % 2 !== 0) throw this.#malformed('a key has no value')
    for (let at = 0; at < items.length; at += 2) dict.set(this.#hashable(items[at] ?? null), items[at + 1] ?? null)
  }

  #hashable(key: PickleValue): PickleValue {
    if (Array.isArray(key) || key instanceof Map) throw this.#malformed('a list or a dict cannot be a key')
    return key
  }

  #topList(): PickleValue[] {
    const list = this.#top()
    if (!Array.isArray(list)) throw this.#malformed('there is no list to append to')
    return list
  }

  #top(): PickleValue {
    this.#need(1)
    return this.#values.at(-1) ?? null
  }

  /** What lies below a mark is out of reach. */
  #need(count: number): void {
    if (this.#values.length - (this.#marks.at(-1) ?? 0) < count) throw this.#malformed('a value is missing')
  }

  #count(): void {
    if (++this.#items > this.#maxItems) throw new TransportError('PICKLE_TOO_LARGE', { maxPickleItems: this.#maxItems })
  }
}
