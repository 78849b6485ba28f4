import type { Fault } from '@/lab/faults/fault.js'
import { checkPlace, countsFrames, type Place, placeText, upTo } from '@/lab/faults/place.js'
import { swallow } from '@/lab/faults/swallow.js'

/** From its place on swallows everything, ends and resets too, so that the other end learns nothing any more. Loses it all. */
export const blackHole = ({ at = { bytes: 0 } }: { readonly at?: Place } = {}): Fault => {
  const place = checkPlace(at)
  return {
    name: `black-hole${placeText(place)}`,
    framed: countsFrames(place),
    async *through(parts, passage) {
      const rest = yield* upTo(parts, place)
      if (rest !== undefined) await swallow(rest, passage)
    },
  }
}
