import { TransportError } from '@/errors.js'

/** What can be subscribed to: one topic, byte for byte, or every topic that a glob matches. */
export type Pattern = { readonly topic: Buffer } | { readonly glob: string }

/** A topic, as text or as bytes, or a glob. */
export type PatternLike = string | Uint8Array | { readonly topic: string | Uint8Array } | { readonly glob: string }

const MAX_PATTERN_BYTES = 65_535

/** A topic as bytes. @throws TransportError OPTION_INVALID when it has more than 65_535 bytes */
export const topicOf = (topic: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(topic)
  check('topic', bytes.length)
  return bytes
}

/** @throws TransportError OPTION_INVALID when it has more than 65_535 bytes, or is a glob that is not text */
export const patternOf = (pattern: PatternLike): Pattern => {
  if (typeof pattern === 'string' || pattern instanceof Uint8Array) return { topic: topicOf(pattern) }
  if ('topic' in pattern) return { topic: topicOf(pattern.topic) }
  const { glob } = pattern
  if (typeof glob !== 'string' || /\p{Surrogate}/u.test(glob)) {
    throw new TransportError('OPTION_INVALID', { option: 'glob', expected: 'text that UTF-8 can carry' })
  }
  check('glob', Buffer.byteLength(glob))
  return { glob }
}

/** The same text for the same pattern, and for no other. */
export const keyOf = (pattern: Pattern): string =>
  'glob' in pattern ? `glob:${pattern.glob}` : `topic:${pattern.topic.toString('latin1')}`

const check = (option: string, bytes: number): void => {
  if (bytes > MAX_PATTERN_BYTES)
    throw new TransportError('OPTION_INVALID', { option, given: `${bytes} bytes`, max: MAX_PATTERN_BYTES })
}
