import { hookError } from '@/core/hookLoop.js'
import { isPromise } from '@/core/hooks.js'
import type { TransportError } from '@/errors.js'

/**
 * Tells `errorRaised` of an error. There is nobody left to tell of what that hook throws, at once or later: it ends as a
 * warning of the process. Never throws.
 */
export const raise = (errorRaised: (error: TransportError) => unknown, error: TransportError): void => {
  try {
    const told = errorRaised(error)
    if (isPromise(told)) told.then(undefined, warn)
  } catch (further) {
    warn(further)
  }
}

const warn = (further: unknown): void => process.emitWarning(hookError('errorRaised', further))
