import { inBytes } from '@/lab/decoders/inBytes.js'

/** How a stream is over: an orderly end, a reset, or not yet. */
export type Ending = 'end' | 'reset' | 'open'

/** Something that the other end did otherwise than recorded. Offsets count the bytes that it says, from 0. */
export type Difference =
  /** Other bytes than recorded. */
  | {
      readonly kind: 'bytes'
      readonly offset: number
      /** From the first that differs to the last of them. */
      readonly byteCount: number
      /** The first 16 of them. */
      readonly expected: Buffer
      readonly got: Buffer
      /** What the first of them belongs to, in the words of a decoder. */
      readonly expectedMeaning: string
      readonly gotMeaning: string
    }
  /** It stopped before it had said everything. */
  | {
      readonly kind: 'missing'
      readonly offset: number
      readonly byteCount: number
      readonly expected: Buffer
      readonly expectedMeaning: string
      /** `open`: it was silent for too long. */
      readonly because: Ending
    }
  /** It took no more: so many bytes could not be said to it. */
  | { readonly kind: 'unsent'; readonly offset: number; readonly byteCount: number; readonly because: Ending }
  /** It said more. */
  | {
      readonly kind: 'surplus'
      readonly offset: number
      readonly byteCount: number
      readonly got: Buffer
      readonly gotMeaning: string
    }
  /** It ended its stream in another way, or has not ended it. */
  | { readonly kind: 'ending'; readonly offset: number; readonly expected: Ending; readonly got: Ending }

/** A difference in one line. */
export const differenceWords = (difference: Difference): string => {
  const { offset } = difference
  switch (difference.kind) {
    case 'bytes': {
      const { byteCount, expected, got, expectedMeaning, gotMeaning } = difference
      const [recorded, came] = [shown(expected, byteCount, expectedMeaning), shown(got, byteCount, gotMeaning)]
      return `at byte ${offset}, ${inBytes(byteCount)}: recorded ${recorded}; came ${came}`
    }
    case 'missing': {
      const { byteCount, expected, expectedMeaning, because } = difference
      return `at byte ${offset} ${REASONS[because]}: ${shown(expected, byteCount, expectedMeaning)} missing, ${inBytes(byteCount)}`
    }
    case 'unsent':
      return `at byte ${offset} ${REASONS[difference.because]}: ${inBytes(difference.byteCount)} could not be said to it`
    case 'surplus': {
      const { byteCount, got, gotMeaning } = difference
      return `behind byte ${offset}, the last, came ${inBytes(byteCount)} more: ${shown(got, byteCount, gotMeaning)}`
    }
    case 'ending':
      return `behind byte ${offset}: recorded is ${ENDINGS[difference.expected]}, what came is ${ENDINGS[difference.got]}`
  }
}

const REASONS: Readonly<Record<Ending, string>> = { end: 'it ended', reset: 'it was reset', open: 'nothing more came' }
const ENDINGS: Readonly<Record<Ending, string>> = { end: 'the end', reset: 'a reset', open: 'no end' }

const shown = (bytes: Buffer, count: number, meaning: string): string => {
  const digits = bytes.toString('hex') + (count > bytes.length ? ' ..' : '')
  return meaning === '' ? digits : `${digits} (${meaning})`
}
