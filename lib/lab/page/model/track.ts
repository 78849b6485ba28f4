import type { Rows } from '@/lab/page/model/rows.js'
import { Tally } from '@/lab/page/model/tally.js'

/** Rows one below the other at equal distances, or each at its time. */
export type Scale = 'order' | 'time'

/**
 * Where the shown rows lie along the picture: in microseconds, or one unit a row. What was said goes `from` one place `to`
 * another, later one; in order, it comes to the other side between the rows between which it came.
 */
export class Track {
  readonly rows: Rows
  readonly picked: Uint32Array
  readonly scale: Scale
  readonly from: Float64Array
  readonly to: Float64Array
  /** The first and the last place of all. */
  readonly first: number
  readonly last: number
  /** How many rows there are of what, in any part of it. */
  readonly tally: Tally
  /** The first and the last place of each block of rows, to find those that cross a stretch without looking at all. */
  readonly #blocks: { readonly first: Float64Array; readonly last: Float64Array }

  constructor(rows: Rows, picked: Uint32Array, scale: Scale) {
    this.rows = rows
    this.picked = picked
    this.scale = scale
    this.from = new Float64Array(picked.length)
    this.to = new Float64Array(picked.length)
    if (scale === 'order') this.#placeInOrder()
    else this.#placeInTime()
    this.#blocks = this.#summary()
    this.tally = new Tally(rows, picked)
    const { first, last } = this.#blocks
    this.first = scale === 'order' ? 0 : first.reduce((least, place) => Math.min(least, place), Infinity)
    this.last = scale === 'order' ? picked.length : last.reduce((most, place) => Math.max(most, place), -Infinity)
    if (picked.length === 0) [this.first, this.last] = [0, 1]
  }

  /** Where the row itself is, for marks, for the list and for the keyboard. */
  anchor(index: number): number {
    return this.scale === 'order' ? index + 0.5 : (this.rows.at[this.picked[index] ?? 0] ?? 0)
  }

  /** How many rows have their anchor before this place. */
  countBefore(place: number): number {
    if (this.scale === 'order') return Math.max(0, Math.min(this.picked.length, Math.ceil(place - 0.5)))
    return this.#before(place)
  }

  /** The row at this place, by its index, or the next one. */
  indexAt(place: number): number {
    if (this.scale === 'order') return Math.max(0, Math.min(this.picked.length, Math.floor(place)))
    return this.#before(place)
  }

  /** The index of a row, or where it would be. */
  indexOf(row: number): number {
    let [low, high] = [0, this.picked.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.picked[middle] ?? 0) < row) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Calls `each` for the index of every row that has a part between these two places, in order. */
  visit(first: number, last: number, each: (index: number) => void): void {
    const { from, to } = this
    for (let block = 0; block < this.#blocks.first.length; block++) {
      if ((this.#blocks.first[block] ?? 0) > last || (this.#blocks.last[block] ?? 0) < first) continue
      const end = Math.min(this.picked.length, (block + 1) * BLOCK_ROWS)
      for (let index = block * BLOCK_ROWS; index < end; index++) {
        const [start, stop] = [from[index] ?? 0, to[index] ?? 0]
        if (Math.min(start, stop) <= last && Math.max(start, stop) >= first) each(index)
      }
    }
  }

  /** How many rows there are about between these two places; whole blocks count as such. */
  countBetween(first: number, last: number): number {
    return this.indexAt(last) - this.indexAt(first)
  }

  /** How many rows are earlier than this time. */
  #before(micros: number): number {
    const { rows, picked } = this
    let [low, high] = [0, picked.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((rows.at[picked[middle] ?? 0] ?? 0) < micros) low = middle + 1
      else high = middle
    }
    return low
  }

  #placeInTime(): void {
    const { at, sent, received } = this.rows
    for (const [index, row] of this.picked.entries()) {
      const anchor = at[row] ?? 0
      this.from[index] = known(sent[row], anchor)
      this.to[index] = known(received[row], anchor)
    }
  }

  #placeInOrder(): void {
    const { at, sent, received } = this.rows
    for (const [index, row] of this.picked.entries()) {
      const anchor = at[row] ?? 0
      const left = known(sent[row], anchor)
      const came = known(received[row], anchor)
      this.from[index] = left < anchor ? Math.min(index, this.#before(left)) + NEAR_TOP : index + 0.5
      this.to[index] = came > anchor ? Math.max(index + 1, this.#before(came)) - NEAR_TOP : index + 0.5
      if (left === anchor && came === anchor && this.rows.isSaid(row)) this.#level(index, row)
    }
  }

  /** Bytes that took no time still have a way to go; where a time is not known, the arrow lies level. */
  #level(index: number, row: number): void {
    const { sent, received } = this.rows
    if (Number.isNaN(sent[row] ?? 0) || Number.isNaN(received[row] ?? 0)) return
    this.from[index] = index + NEAR_TOP
    this.to[index] = index + 1 - NEAR_TOP
  }

  #summary(): { readonly first: Float64Array; readonly last: Float64Array } {
    const count = Math.ceil(this.picked.length / BLOCK_ROWS)
    const first = new Float64Array(count).fill(Infinity)
    const last = new Float64Array(count).fill(-Infinity)
    for (let index = 0; index < this.picked.length; index++) {
      const block = Math.floor(index / BLOCK_ROWS)
      const [start, stop] = [this.from[index] ?? 0, this.to[index] ?? 0]
      first[block] = Math.min(first[block] ?? 0, start, stop)
      last[block] = Math.max(last[block] ?? 0, start, stop)
    }
    return { first, last }
  }
}

export const BLOCK_ROWS = 1_024

/** In order, arrows begin and end so far from the border of their row. */
export const NEAR_TOP = 0.2

export const known = (micros: number | undefined, otherwise: number): number =>
  micros === undefined || Number.isNaN(micros) ? otherwise : micros
