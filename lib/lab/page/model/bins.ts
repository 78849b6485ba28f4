import { MARKS } from '@/lab/page/model/marks.js'
import { SAID } from '@/lab/page/model/rows.js'
import type { Track } from '@/lab/page/model/track.js'

/** How many rows there are in each part of a stretch, by the mark they are drawn as and by who speaks. */
export interface Bins {
  readonly count: number
  /** Of what the opener says: `count` numbers for each mark. */
  readonly opener: Uint32Array
  readonly acceptor: Uint32Array
  /** Of all else, such as notes and closes. */
  readonly marks: Uint32Array
  /** The most rows that one part has at one side. */
  readonly most: number
}

/** Counts rows by where they are, in so many parts of equal size. */
export const binned = (track: Track, first: number, last: number, count: number): Bins => {
  const { rows, picked, scale } = track
  const cells = count * MARKS.length
  const [opener, acceptor, marks] = [new Uint32Array(cells), new Uint32Array(cells), new Uint32Array(cells)]
  const sums = [new Uint32Array(count), new Uint32Array(count)]
  const perBin = (last - first) / count
  const end = track.indexAt(last)
  for (let index = track.indexAt(first); index < end; index++) {
    const row = picked[index] ?? 0
    const place = scale === 'order' ? index + 0.5 : (rows.at[row] ?? 0)
    const bin = Math.floor((place - first) / perBin)
    if (bin < 0 || bin >= count) continue
    const main = rows.main[row] ?? 0
    const cell = main * count + bin
    const side = rows.place[row] ?? 0
    if (((1 << main) & SAID) === 0) marks[cell] = (marks[cell] ?? 0) + 1
    else {
      const cellsOfSide = side === 0 ? opener : acceptor
      cellsOfSide[cell] = (cellsOfSide[cell] ?? 0) + 1
      const sum = sums[side === 0 ? 0 : 1]
      if (sum !== undefined) sum[bin] = (sum[bin] ?? 0) + 1
    }
  }
  const most = sums.reduce((before, sum) => sum.reduce((one, other) => Math.max(one, other), before), 0)
  return { count, opener, acceptor, marks, most }
}
