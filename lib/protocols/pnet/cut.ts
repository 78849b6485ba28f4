import { TransportError } from '@/errors.js'

/** The same bytes in chunks of exactly `size`; only the last may be shorter, and none is empty. */
export async function* cut(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer, void, undefined> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  for await (const piece of source) {
    if (!(piece instanceof Uint8Array)) throw new TransportError('NOT_BYTES', { type: typeof piece })
    let at = 0
    while (heldBytes + piece.length - at >= size) {
      const end = at + size - heldBytes
      yield Buffer.concat([...held, piece.subarray(at, end)], size)
      held = []
      heldBytes = 0
      at = end
    }
    if (at < piece.length) {
      // Copied: whoever gave the piece may write to it again.
      held.push(Uint8Array.prototype.slice.call(piece, at))
      heldBytes += piece.length - at
    }
  }
  if (heldBytes > 0) yield Buffer.concat(held, heldBytes)
}
