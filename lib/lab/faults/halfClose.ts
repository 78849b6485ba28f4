import type { Fault } from '@/lab/faults/fault.js'
import { endPart } from '@/lab/faults/part.js'
import { checkPlace, countsFrames, type Place, placeText, upTo } from '@/lab/faults/place.js'
import { swallow } from '@/lab/faults/swallow.js'

/** At its place ends this direction only (FIN); the other goes on. Loses what still comes. */
export const halfClose = ({ at = { bytes: 0 } }: { readonly at?: Place } = {}): Fault => {
  const place = checkPlace(at)
  return {
    name: `half-close${placeText(place)}`,
    framed: countsFrames(place),
    async *through(parts, passage) {
      const rest = yield* upTo(parts, place)
      if (rest === undefined) return
      passage.note('ends this direction')
      yield endPart(passage.now())
      await swallow(rest, passage)
    },
  }
}
