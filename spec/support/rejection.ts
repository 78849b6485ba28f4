import { TransportError } from '@/errors.js'

/** The error that `promise` rejects with; a failure when it resolves, or when the error is not ours. */
export const rejection = async (promise: Promise<unknown>): Promise<TransportError> => {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    if (error instanceof TransportError) return error
    throw error
  }
  throw new Error(`it resolved with ${String(value)}`)
}
