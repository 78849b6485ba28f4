import { TransportError } from '@/errors.js'
import { cutPart, isOfFrame, type Part } from '@/lab/faults/part.js'

/**
 * A place in one direction of a connection, counted from where the fault began to work: behind so many bytes of any
 * kind; or behind so many whole frames and so many bytes of the next, where openings and answers do not count.
 */
export type Place = { readonly bytes: number } | FramePlace

/** Behind so many whole frames, and perhaps some bytes further. */
export interface FramePlace {
  readonly frames: number
  /** @default 0 */
  readonly plusBytes?: number
}

/** @throws TransportError OPTION_INVALID unless every number is a whole one from 0 to 2^53-1 */
export const checkPlace = (place: Place): Place => {
  for (const [option, value] of Object.entries(place)) {
    if (Number.isSafeInteger(value) && value >= 0) continue
    throw new TransportError('OPTION_INVALID', { option, given: String(value), min: 0, max: Number.MAX_SAFE_INTEGER })
  }
  return place
}

export const countsFrames = (place: Place): boolean => 'frames' in place

/** `@100`, `@2f` or `@2f+6`; nothing for the very beginning. */
export const placeText = (place: Place): string => {
  if (!('frames' in place)) return place.bytes === 0 ? '' : `@${place.bytes}`
  const plus = place.plusBytes ?? 0
  return `@${place.frames}f${plus === 0 ? '' : `+${plus}`}`
}

/** What follows a place: the part at it, and where the others come from. */
export interface Rest {
  readonly first: Part | undefined
  readonly others: AsyncIterator<Part>
}

/** Hands on what stands before `place`. @returns the rest, as soon as the place is reached; undefined when it never was */
export const upTo = async function* (
  parts: AsyncIterable<Part>,
  place: Place,
): AsyncGenerator<Part, Rest | undefined, undefined> {
  const others = parts[Symbol.asyncIterator]()
  let frames = 'frames' in place ? place.frames : 0
  let bytes = 'frames' in place ? (place.plusBytes ?? 0) : place.bytes
  const counts = (part: Part): boolean => !('frames' in place) || isOfFrame(part)
  while (frames > 0 || bytes > 0) {
    const { value: part, done } = await others.next()
    if (done === true) return undefined
    if (frames > 0) {
      if (part.endsFrame) frames--
      yield part
    } else if (!counts(part) || part.bytes.length < bytes) {
      if (counts(part)) bytes -= part.bytes.length
      yield part
    } else {
      const [head, rest] = cutPart(part, bytes)
      yield head
      return { first: rest.bytes.length === 0 ? undefined : rest, others }
    }
  }
  return { first: undefined, others }
}

/** All of a rest. */
export const onwards = async function* ({ first, others }: Rest): AsyncGenerator<Part, void, undefined> {
  if (first !== undefined) yield first
  yield* { [Symbol.asyncIterator]: () => others }
}
