import { TransportError } from '@/errors.js'

/** The bytes of one large message, in pieces of any size. A piece must not be changed after it has been given. */
export type StreamSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Why there is nothing to pour, or not so much, as far as it can be known before anything has left. */
export const sourceObjection = (source: unknown, size: number): TransportError | undefined => {
  if (!Number.isSafeInteger(size) || size < 0)
    return new TransportError('OPTION_INVALID', { option: 'size', given: String(size) })
  const isObject = typeof source === 'object' && source !== null && !(source instanceof Uint8Array)
  if (isObject && (Symbol.iterator in source || Symbol.asyncIterator in source)) return undefined
  const given = source instanceof Uint8Array ? 'Uint8Array' : typeof source
  return new TransportError('OPTION_INVALID', { option: 'source', given, expected: 'a stream or a list of pieces' })
}

/**
 * Reads `source` to its end and puts its pieces, one after the other, never more than `put` lets through.
 * @param put takes one piece; a promise says when the next may come; what it throws or rejects with ends the pouring
 * @throws TransportError SOURCE_MISMATCH when the source gives more or fewer bytes than `size`, SOURCE_FAILED when
 * it throws, NOT_BYTES, or what `put` threw
 */
export const pour = async (
  source: StreamSource,
  size: number,
  put: (piece: Uint8Array) => void | Promise<void>,
): Promise<void> => {
  let given = 0
  const take = (piece: unknown): void | Promise<void> => {
    if (!(piece instanceof Uint8Array)) throw new TransportError('NOT_BYTES', { type: typeof piece })
    given += piece.length
    if (given > size) throw new TransportError('SOURCE_MISMATCH', { size, given })
    return put(piece)
  }
  try {
    if (Symbol.iterator in source) {
      // What is at hand needs no turn of the event loop for each piece, and leaves in fewer writes.
      for (const piece of source) {
        const room = take(piece)
        if (room !== undefined) await room
      }
    } else {
      for await (const piece of source) await take(piece)
    }
  } catch (error) {
    if (error instanceof TransportError) throw error
    throw new TransportError('SOURCE_FAILED', { size, given }, { cause: error })
  }
  if (given < size) throw new TransportError('SOURCE_MISMATCH', { size, given })
}
