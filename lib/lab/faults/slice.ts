import { checkNumber } from '@/lab/faults/checkNumber.js'
import type { Fault } from '@/lab/faults/fault.js'
import { cutPart } from '@/lab/faults/part.js'

/** How large the pieces are. */
export interface SliceOptions {
  /** Of a piece. 1 to 2^30. */
  readonly bytes: number
  /** If given, each piece has a number from `bytes` to this, drawn anew. */
  readonly maxBytes?: number
}

/** Cuts what comes into pieces of `bytes`, or of `bytes` to `maxBytes`; each leaves by itself. Adds, loses, joins and delays nothing. */
export const slice = ({ bytes, maxBytes = bytes }: SliceOptions): Fault => {
  const least = checkNumber('bytes', bytes, 1, 2 ** 30)
  const span = checkNumber('maxBytes', maxBytes, least, 2 ** 30) - least + 1
  return {
    name: `slice:${least}${span === 1 ? '' : `..${maxBytes}`}`,
    framed: false,
    async *through(parts, passage) {
      for await (const part of parts) {
        let rest = part
        do {
          const [piece, others] = cutPart(rest, least + (span === 1 ? 0 : Math.floor(passage.random() * span)))
          yield piece
          rest = others
        } while (rest.bytes.length > 0)
      }
    },
  }
}
