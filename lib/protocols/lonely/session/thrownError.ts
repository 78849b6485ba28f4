import { TransportError, wordsOf } from '@/errors.js'

/** What ends a session when this was thrown: an error as it is; anything else comes from what the application gave. */
export const thrownError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new TransportError('HOOK_FAILED', { says: wordsOf(thrown) }, { cause: thrown })
