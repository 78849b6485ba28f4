import { type Code, TransportError } from '@/errors.js'

/** The code of an error of ours, undefined for no error; anything else is thrown. */
export const codeOf = (error: unknown): Code | undefined => {
  if (error === undefined) return undefined
  if (error instanceof TransportError) return error.code
  throw error
}
