import type { Fault } from '@/lab/faults/fault.js'
import { checkPlace, countsFrames, type Place, placeText, upTo } from '@/lab/faults/place.js'

/** At its place ends the connection in good order at both ends, also in the middle of a frame. Loses what comes later. */
export const limit = ({ at }: { readonly at: Place }): Fault => {
  const place = checkPlace(at)
  return {
    name: `limit${placeText(place) || '@0'}`,
    framed: countsFrames(place),
    async *through(parts, passage) {
      const rest = yield* upTo(parts, place)
      if (rest === undefined) return
      passage.note('ends the connection')
      passage.close()
    },
  }
}
