import type { Duplex } from 'node:stream'
import type { Fault } from '@/lab/faults/fault.js'
import { cutPart } from '@/lab/faults/part.js'
import { faultyPair } from '@/lab/relay/faultyPair.js'

/**
 * Two streams in memory; what is written to one can be read from the other, cut into pieces anew.
 * @param pieceBytes the most bytes of the next piece, at least 1
 */
export const duplexPair = (pieceBytes: () => number): readonly [Duplex, Duplex] => {
  const cut: Fault = {
    name: 'cut',
    framed: false,
    async *through(parts) {
      for await (const part of parts) {
        let rest = part
        do {
          const [piece, others] = cutPart(rest, Math.max(1, pieceBytes()))
          yield piece
          rest = others
        } while (rest.bytes.length > 0)
      }
    },
  }
  const { opener, acceptor } = faultyPair({ faults: [cut] })
  return [opener, acceptor]
}
