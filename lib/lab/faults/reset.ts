import type { Fault } from '@/lab/faults/fault.js'
import { checkPlace, countsFrames, type Place, placeText, upTo } from '@/lab/faults/place.js'

/** At its place resets the connection at both ends (RST). Loses what comes later, and perhaps what has not been read. */
export const reset = ({ at = { bytes: 0 } }: { readonly at?: Place } = {}): Fault => {
  const place = checkPlace(at)
  return {
    name: `reset${placeText(place)}`,
    framed: countsFrames(place),
    async *through(parts, passage) {
      const rest = yield* upTo(parts, place)
      if (rest === undefined) return
      passage.note('resets the connection')
      passage.reset()
    },
  }
}
