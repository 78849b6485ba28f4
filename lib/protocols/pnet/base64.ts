import { asBuffer } from '@/bytes/asBuffer.js'

/** How many bytes go through one string; larger strings are slow to come by. A multiple of 3, so that blocks join. */
const BLOCK_BYTES = 24_576
const BLOCK_CHARACTERS = (BLOCK_BYTES / 3) * 4
const EQUALS = 0x3d
/** Of the standard alphabet, not of the URL-safe one; Node reads both. */
const PLUS = 0x2b
const SLASH = 0x2f
const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
/** By how many `=` end the text: the bits of the last character before them that stand for nothing. */
const SPARE_BITS = [0, 0b11, 0b1111] as const

/** Characters that `bytes` bytes become, padding included. */
export const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4

/**
 * Writes URL-safe base64 with padding into `into`, from `at` on.
 * @returns the index behind it
 */
export const writeBase64 = (bytes: Uint8Array, into: Buffer, at: number): number => {
  const from = asBuffer(bytes)
  let end = at
  for (let start = 0; start < from.length; start += BLOCK_BYTES)
    end += into.write(from.toString('base64url', start, start + BLOCK_BYTES), end, 'latin1')
  while ((end - at) % 4 !== 0) into[end++] = EQUALS
  return end
}

/** URL-safe base64 with padding, as ASCII bytes. @see WIRE.md, "base64" */
export const encodeBase64 = (bytes: Uint8Array): Buffer => {
  const text = Buffer.allocUnsafe(base64Length(bytes.length))
  writeBase64(bytes, text, 0)
  return text
}

/**
 * What URL-safe base64 with padding stands for; undefined for everything else, such as a missing `=`, a character of
 * the standard alphabet, white space, or bits behind the end that are not zero.
 * @param text ASCII bytes
 * @returns bytes of its own
 * @see WIRE.md, "base64"
 */
export const decodeBase64 = (text: Uint8Array): Buffer | undefined => {
  const from = asBuffer(text)
  const padding = from.at(-1) !== EQUALS ? 0 : from.at(-2) !== EQUALS ? 1 : 2
  const end = from.length - padding
  if (from.length % 4 !== 0 || from.includes(PLUS) || from.includes(SLASH)) return undefined
  const size = (from.length / 4) * 3 - padding
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  // what is not of the alphabet is left out or ends the decoding, so too few bytes tell of it
  for (let start = 0; start < end; start += BLOCK_CHARACTERS)
    at += bytes.write(from.toString('latin1', start, Math.min(end, start + BLOCK_CHARACTERS)), at, 'base64url')
  if (at !== size) return undefined
  const last = ALPHABET.indexOf(from[end - 1] ?? 0)
  return end > 0 && (last & (SPARE_BITS[padding] ?? 0)) !== 0 ? undefined : bytes
}
