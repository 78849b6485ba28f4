import { TransportError } from '@/errors.js'

/** What ended something, for a line of a timeline. */
export const causeOf = (cause: Error | undefined): { readonly words: string; readonly code?: string } => {
  if (cause === undefined) return { words: 'in good order' }
  return cause instanceof TransportError ? { words: cause.message, code: cause.code } : { words: cause.message }
}
