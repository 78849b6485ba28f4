import { MARKS } from '@/lab/page/model/marks.js'
import { type Rows, SAID } from '@/lab/page/model/rows.js'

/** By whom a row is said, or that it is not said by anybody. */
export const VOICES = ['opener', 'acceptor', 'nobody'] as const

/** What rows are told apart by: a mark, and whose it is. The number of a kind is `mark * VOICES.length + voice`. */
export const KINDS = MARKS.length * VOICES.length

/** Rows between two of which all before are counted. */
export const TALLY_ROWS = 64

/**
 * How many rows of each kind there are in any stretch of a track. What comes before every 64th row is counted once, so a
 * stretch of a million rows costs no more than one of two hundred.
 */
export class Tally {
  readonly #kinds: Uint8Array
  /** For each block of rows, how many of each kind are before it. */
  readonly #before: Uint32Array

  constructor(rows: Rows, picked: Uint32Array) {
    const kinds = new Uint8Array(picked.length)
    const before = new Uint32Array((Math.floor(picked.length / TALLY_ROWS) + 1) * KINDS)
    const sums = new Uint32Array(KINDS)
    for (let index = 0; index < kinds.length; index++) {
      if (index % TALLY_ROWS === 0) before.set(sums, (index / TALLY_ROWS) * KINDS)
      const kind = kindOf(rows, picked[index] ?? 0)
      kinds[index] = kind
      sums[kind] = (sums[kind] ?? 0) + 1
    }
    if (kinds.length % TALLY_ROWS === 0) before.set(sums, before.length - KINDS)
    this.#kinds = kinds
    this.#before = before
  }

  /** Counts the rows from one index up to another one, by their kind. @param counts has `KINDS` places, and is written over */
  count(from: number, to: number, counts: Uint32Array): void {
    const [first, last] = [Math.ceil(from / TALLY_ROWS), Math.floor(to / TALLY_ROWS)]
    counts.fill(0)
    if (first >= last) {
      this.#add(from, to, counts)
      return
    }
    const [start, end] = [first * KINDS, last * KINDS]
    for (let kind = 0; kind < KINDS; kind++)
      counts[kind] = (this.#before[end + kind] ?? 0) - (this.#before[start + kind] ?? 0)
    this.#add(from, first * TALLY_ROWS, counts)
    this.#add(last * TALLY_ROWS, to, counts)
  }

  #add(from: number, to: number, counts: Uint32Array): void {
    for (let index = from; index < to; index++) {
      const kind = this.#kinds[index] ?? 0
      counts[kind] = (counts[kind] ?? 0) + 1
    }
  }
}

/** The kind of a row. */
export const kindOf = ({ main, place }: Rows, row: number): number => {
  const mark = main[row] ?? 0
  const voice = ((1 << mark) & SAID) === 0 ? 2 : place[row] === 0 ? 0 : 1
  return mark * VOICES.length + voice
}
