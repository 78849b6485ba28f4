import type { Fault } from '@/lab/faults/fault.js'
import { checkMs } from '@/lab/faults/checkMs.js'
import { checkPlace, countsFrames, onwards, type Place, placeText, upTo } from '@/lab/faults/place.js'

/** Where the stream stands still, and how long. */
export interface StallOptions {
  /** How long. 0 to 3_600_000, or Infinity: until the fault is taken away. */
  readonly ms: number
  /** @default the beginning */
  readonly at?: Place
}

/** At its place holds everything back for `ms`, once; then hands it on. Adds, loses and reorders nothing. */
export const stall = ({ ms, at = { bytes: 0 } }: StallOptions): Fault => {
  const place = checkPlace(at)
  const holdMs = ms === Number.POSITIVE_INFINITY ? ms : checkMs('ms', ms)
  const ends = Number.isFinite(holdMs)
  return {
    name: `stall:${ends ? holdMs : 'forever'}${placeText(place)}`,
    framed: countsFrames(place),
    async *through(parts, passage) {
      const rest = yield* upTo(parts, place)
      if (rest === undefined) return
      passage.note(`holds everything back for ${ends ? `${holdMs} ms` : 'ever'}`)
      await passage.until(passage.now() + holdMs)
      yield* onwards(rest)
    },
  }
}
