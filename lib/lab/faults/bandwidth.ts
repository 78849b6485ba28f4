import { checkNumber } from '@/lab/faults/checkNumber.js'
import type { Fault } from '@/lab/faults/fault.js'
import { cutPart } from '@/lab/faults/part.js'

/** The pace, in bytes or in frames. */
export type BandwidthOptions =
  /** 1 to 2^40. */
  | { readonly bytesPerSecond: number }
  /** 1 to 1_000_000. */
  | { readonly framesPerSecond: number }

/** Hands on at most so many bytes, or frames, a second, in pieces of a fiftieth of a second. Adds, loses and reorders nothing. */
export const bandwidth = (options: BandwidthOptions): Fault =>
  'framesPerSecond' in options ? frames(options.framesPerSecond) : bytes(options.bytesPerSecond)

const bytes = (given: number): Fault => {
  const perSecond = checkNumber('bytesPerSecond', given, 1, 2 ** 40)
  const pieceBytes = Math.ceil(perSecond / 50)
  return {
    name: `bandwidth:${perSecond}`,
    framed: false,
    async *through(parts, passage) {
      let freeMs = passage.now()
      for await (const part of parts) {
        let rest = part
        do {
          const [piece, others] = cutPart(rest, pieceBytes)
          freeMs = Math.max(freeMs, passage.now()) + (piece.bytes.length * 1_000) / perSecond
          await passage.until(freeMs)
          yield piece
          rest = others
        } while (rest.bytes.length > 0)
      }
    },
  }
}

const frames = (given: number): Fault => {
  const perSecond = checkNumber('framesPerSecond', given, 1, 1_000_000)
  return {
    name: `bandwidth:${perSecond}/frame`,
    framed: true,
    async *through(parts, passage) {
      let freeMs = passage.now()
      for await (const part of parts) {
        if (part.endsFrame) {
          freeMs = Math.max(freeMs, passage.now()) + 1_000 / perSecond
          await passage.until(freeMs)
        }
        yield part
      }
    },
  }
}
