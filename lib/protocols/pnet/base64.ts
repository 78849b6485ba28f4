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
 * Turns bytes into URL-safe base64 with padding where they are: the `size` bytes that end at `end` become text that ends
 * there too, and what stood before them is overwritten.
 * @param end at least `base64Length(size)`
 * @returns where the text begins
 */
export const encodeBase64InPlace = (buffer: Buffer, size: number, end: number): number => {
  const start = end - base64Length(size)
  let at = start
  // the text grows towards the bytes that are still to be read, and reaches their end when none is left
  for (let from = end - size; from < end; from += BLOCK_BYTES)
    at += buffer.write(buffer.toString('base64url', from, Math.min(end, from + BLOCK_BYTES)), at, 'latin1')
  buffer.fill(EQUALS, at, end)
  return start
}

/** URL-safe base64 with padding, as ASCII bytes. @see WIRE.md, "base64" */
export const encodeBase64 = (bytes: Uint8Array): Buffer => {
  const text = Buffer.allocUnsafe(base64Length(bytes.length))
  text.set(bytes, text.length - bytes.length)
  encodeBase64InPlace(text, bytes.length, text.length)
  return text
}

/**
 * What URL-safe base64 with padding stands for; undefined for everything else, such as a missing `=`, a character of
 * the standard alphabet, white space, or bits behind the end that are not zero.
 * @param text ASCII bytes
 * @param into memory for the result, from its start on; may be that of `text`. @default new memory
 * @returns a view of `into`
 * @see WIRE.md, "base64"
 */
export const decodeBase64 = (text: Uint8Array, into?: Buffer): Buffer | undefined => {
  const from = asBuffer(text)
  const padding = from.at(-1) !== EQUALS ? 0 : from.at(-2) !== EQUALS ? 1 : 2
  const end = from.length - padding
  if (from.length % 4 !== 0 || from.includes(PLUS) || from.includes(SLASH)) return undefined
  const last = ALPHABET.indexOf(from[end - 1] ?? 0)
  if (end > 0 && (last & SPARE_BITS[padding]) !== 0) return undefined
  const size = (from.length / 4) * 3 - padding
  const bytes = into ?? Buffer.allocUnsafe(size)
  let at = 0
  // what is not of the alphabet is left out or ends the decoding, so too few bytes tell of it
  for (let start = 0; start < end; start += BLOCK_CHARACTERS)
    at += bytes.write(from.toString('latin1', start, Math.min(end, start + BLOCK_CHARACTERS)), at, 'base64url')
  return at === size ? bytes.subarray(0, size) : undefined
}
