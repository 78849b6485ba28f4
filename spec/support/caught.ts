import { TransportError } from '@/errors.js'

/** The error that `action` throws; a failure when it throws none, or one that is not ours. */
export const caught = (action: () => unknown): TransportError => {
  try {
    action()
  } catch (error) {
    if (error instanceof TransportError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
