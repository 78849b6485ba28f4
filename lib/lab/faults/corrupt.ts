import { checkNumber } from '@/lab/faults/checkNumber.js'
import type { Fault } from '@/lab/faults/fault.js'
import { cutPart, isOfFrame, type Part } from '@/lab/faults/part.js'
import { checkPlace, countsFrames, onwards, type Place, placeText, upTo } from '@/lab/faults/place.js'

/** Which byte is changed, and into what. */
export interface CorruptOptions {
  /** The byte behind this place. @default the first */
  readonly at?: Place
  /** What it becomes, 0 to 255. @default any other than it was */
  readonly byte?: number
}

/** Changes one byte, the one at its place; counted in frames, a byte of a frame. Adds, loses and delays nothing. */
export const corrupt = ({ at = { bytes: 0 }, byte }: CorruptOptions = {}): Fault => {
  const place = checkPlace(at)
  const framed = countsFrames(place)
  const becomes = byte === undefined ? undefined : checkNumber('byte', byte, 0, 255)
  const hit = (part: Part): boolean => part.bytes.length > 0 && (!framed || isOfFrame(part))
  return {
    name: `corrupt${becomes === undefined ? '' : `:${twoDigits(becomes)}`}${placeText(place)}`,
    framed,
    async *through(parts, passage) {
      const rest = yield* upTo(parts, place)
      if (rest === undefined) return
      let done = false
      for await (const part of onwards(rest)) {
        if (done || !hit(part)) {
          yield part
          continue
        }
        done = true
        const [was = 0] = part.bytes
        const is = becomes ?? was ^ (1 + Math.floor(passage.random() * 255))
        passage.note(`turns ${twoDigits(was)} into ${twoDigits(is)}`)
        const [, others] = cutPart(part, 1)
        yield { ...part, bytes: Buffer.concat([Buffer.of(is), others.bytes]) }
      }
    },
  }
}

const twoDigits = (byte: number): string => byte.toString(16).padStart(2, '0')
