import type { Stretch } from '@/lab/decoders/decoder.js'

const MOST = 12

/** What a chunk means, in one line: what its first stretches mean, and how many more there are. */
export const meaningOf = (stretches: readonly Stretch[]): string => {
  const words = stretches.map(({ meaning }) => meaning).filter((meaning) => meaning !== '')
  const more = words.length - MOST
  return words.slice(0, MOST).join('; ') + (more > 0 ? `; and ${more} more` : '')
}
