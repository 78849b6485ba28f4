import { cutPart, type Fault } from '@/lab/index.js'

/** One after the other, then again from the start. */
const SIZES = [1, 2, 3, 4, 5, 6, 7, 11, 31, 127, 1_021, 8_191, 65_521, 131_071]

/** Hands on odd pieces only: 1 to 7 bytes, then primes. Adds, loses and delays nothing. */
export const oddPieces: Fault = {
  name: 'odd pieces',
  framed: false,
  async *through(parts) {
    let count = 0
    for await (const part of parts) {
      let rest = part
      do {
        const [piece, others] = cutPart(rest, SIZES[count++ % SIZES.length] ?? 1)
        yield piece
        rest = others
      } while (rest.bytes.length > 0)
    }
  },
}
