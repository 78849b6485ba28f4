import { asBuffer } from '@/bytes/asBuffer.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { BodyStore } from '@/protocols/lonely/bodies/bodyStore.js'
import { TransportError } from '@/errors.js'

/**
 * Reads a source to its end.
 * @param signal the source is left at its next piece
 * @throws TransportError SOURCE_FAILED, NOT_BYTES, BODY_TOO_LARGE, BODY_FAILED, ABORTED
 */
export const spooled = async (
  bodies: BodyStore,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<Body> => {
  const intake = bodies.intake(undefined)
  try {
    for await (const piece of source) {
      if (signal?.aborted === true) throw new TransportError('ABORTED', {}, { cause: signal.reason })
      if (!(piece instanceof Uint8Array)) throw new TransportError('NOT_BYTES', { type: typeof piece })
      await intake.add(asBuffer(piece))
    }
    return await intake.finish()
  } catch (error) {
    intake.discard()
    throw error instanceof TransportError ? error : new TransportError('SOURCE_FAILED', {}, { cause: error })
  }
}
