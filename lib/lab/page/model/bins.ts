import { MARKS } from '@/lab/page/model/marks.js'
import { KINDS, VOICES } from '@/lab/page/model/tally.js'
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
  const cells = count * MARKS.length
  const [opener, acceptor, marks] = [new Uint32Array(cells), new Uint32Array(cells), new Uint32Array(cells)]
  const perBin = (last - first) / count
  const kinds = new Uint32Array(KINDS)
  let most = 0
  let from = track.countBefore(first)
  for (let bin = 0; bin < count; bin++) {
    const whole = bin === count - 1 && last >= track.last
    const to = whole ? track.picked.length : track.countBefore(first + (bin + 1) * perBin)
    track.tally.count(from, to, kinds)
    from = to
    let [said, heard] = [0, 0]
    for (let mark = 0; mark < MARKS.length; mark++) {
      const kind = mark * VOICES.length
      const cell = mark * count + bin
      said += opener[cell] = kinds[kind] ?? 0
      heard += acceptor[cell] = kinds[kind + 1] ?? 0
      marks[cell] = kinds[kind + 2] ?? 0
    }
    most = Math.max(most, said, heard)
  }
  return { count, opener, acceptor, marks, most }
}
