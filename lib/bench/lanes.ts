import type { Load } from '@/bench/messages.js'
import { int32At } from '@/bytes/int32.js'
import { numberOf } from '@/bench/pattern.js'

/** Which of several connections something belongs to. Message `k` of it has number `k * of + lane`. */
export interface Lane {
  readonly lane: number
  readonly of: number
}

/** Tells messages of many connections apart by their numbers, and knows how far each connection has come. */
export class Lanes {
  /** Messages that had come on each connection when half of all had come. */
  halfway: Float64Array
  readonly #counts: Float64Array
  #left: number

  constructor(lanes: number, { count }: Load) {
    this.halfway = new Float64Array(lanes)
    this.#counts = new Float64Array(lanes)
    this.#left = Math.ceil((lanes * count) / 2)
  }

  get of(): number {
    return this.#counts.length
  }

  /** @returns the number that a message which comes now on the same connection must have; NaN for one that belongs to none */
  next(message: Buffer): number {
    const lane = numberOf(int32At(message, 0)) % this.of
    const count = this.#counts[lane] ?? Number.NaN
    this.#counts[lane] = count + 1
    if (--this.#left === 0) this.halfway = this.#counts.slice()
    return count * this.of + lane
  }
}
