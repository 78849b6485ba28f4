import type { Stretch } from '@/lab/decoders/decoder.js'

/** Stretches of one chunk that are told one by one. */
export const MOST_STRETCHES = 12

/** What a chunk means, in one line: what its first stretches mean, and how many more there are. */
export const meaningOf = (stretches: readonly Stretch[]): string => {
  const words = stretches.map(({ meaning }) => meaning).filter((meaning) => meaning !== '')
  const more = words.length - MOST_STRETCHES
  return words.slice(0, MOST_STRETCHES).join('; ') + (more > 0 ? `; and ${more} more` : '')
}
