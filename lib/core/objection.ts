import { systemError } from '@/core/systemError.js'
import { TransportError } from '@/errors.js'
import type { Framing } from '@/framings/framing.js'

/**
 * Why a framing cannot carry a message, or undefined. One of somebody's own that throws cannot.
 * @param message its bytes; undefined when it is streamed
 */
export const objectionTo = (
  framing: Framing,
  size: number,
  message: Uint8Array | undefined,
): TransportError | undefined => {
  try {
    const objection = framing.objection(size, message)
    return objection === undefined ? undefined : new TransportError('MESSAGE_UNSENDABLE', objection)
  } catch (error) {
    return systemError(error, 'MESSAGE_UNSENDABLE', { size })
  }
}
