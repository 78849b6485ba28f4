import { TransportError } from '@/errors.js'

/** Whether this error says no more than that a stream of messages is over, at either end, in good order. */
export const isOrderlyEnd = (error: unknown): boolean =>
  error instanceof TransportError &&
  (error.code === 'REMOTE_ENDED' || error.code === 'CLOSED') &&
  error.cause === undefined
