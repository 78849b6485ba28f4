import { TransportError } from '@/errors.js'
import { FERNET_KEY_BYTES, FERNET_KEY_CHARACTERS } from '@/protocols/pnet/fernetKey.js'
import type { Sources } from '@/protocols/pnet/sources.js'

/** `00 02` before the padding and `00` behind it. */
const FRAME_BYTES = 3
const LEAST_PADDING_BYTES = 8
const EQUALS = 0x3d

/** What the shortest modulus that can wrap a session key has. */
export const LEAST_MODULUS_BYTES = FRAME_BYTES + LEAST_PADDING_BYTES + FERNET_KEY_CHARACTERS

/**
 * `00 02`, random bytes that are not zero, `00`, the message: what RSA then encrypts.
 * @param random is asked for as many bytes as the padding has, and again for as many as were zero
 * @throws TransportError NODE_KEY_INVALID when the modulus is too short for the message
 * @see WIRE.md, "RSA"
 */
export const padBlock = (message: Uint8Array, blockBytes: number, random: Sources['random']): Buffer => {
  const paddingBytes = blockBytes - FRAME_BYTES - message.length
  if (paddingBytes < LEAST_PADDING_BYTES) {
    throw new TransportError('NODE_KEY_INVALID', { problem: 'the modulus is too short', bytes: blockBytes })
  }
  const block = Buffer.alloc(blockBytes)
  block[1] = 2
  for (let at = 2, end = 2 + paddingBytes; at < end; ) {
    for (const byte of random(end - at)) if (byte !== 0 && at < end) block[at++] = byte
  }
  block.set(message, blockBytes - message.length)
  return block
}

/**
 * Takes the session key out of a decrypted block. It must have exactly the one form that pnet writes: the padding fills
 * the block, and the message is the 44 characters of a key. A block of any other form gives `decoy` instead, after the
 * same steps on the same memory: nobody can tell from the time or from the answer which of the two it was.
 * @param block at least 55 bytes, as RSA without padding gives it; wiped
 * @param decoy 32 bytes that the sender cannot know
 * @returns the 32 bytes of the key
 */
export const unpadSessionKey = (block: Uint8Array, decoy: Uint8Array): Buffer => {
  const keyAt = block.length - FERNET_KEY_CHARACTERS
  // grows a bit wherever something is wrong, and is never looked at before the end
  let wrong = byteAt(block, 0) | (byteAt(block, 1) ^ 2) | byteAt(block, keyAt - 1)
  for (let at = 2; at < keyAt - 1; at++) wrong |= isZero(byteAt(block, at))
  const key = Buffer.alloc(FERNET_KEY_BYTES + 1)
  for (let from = keyAt, to = 0; from < block.length; from += 4, to += 3) {
    // the last character is the `=`, which stands for six zero bits here
    const final = from + 4 === block.length
    const fourth = final ? 0 : sextetOf(byteAt(block, from + 3))
    if (final) wrong |= byteAt(block, from + 3) ^ EQUALS
    const first = sextetOf(byteAt(block, from))
    const second = sextetOf(byteAt(block, from + 1))
    const third = sextetOf(byteAt(block, from + 2))
    wrong |= (first | second | third | fourth) >>> 31
    const bits = (first << 18) | (second << 12) | (third << 6) | fourth
    key[to] = bits >> 16
    key[to + 1] = bits >> 8
    key[to + 2] = bits
  }
  wrong |= byteAt(key, FERNET_KEY_BYTES)
  const mask = isZero(wrong & 0xff) - 1
  for (let at = 0; at < FERNET_KEY_BYTES; at++) key[at] = (byteAt(key, at) & ~mask) | (byteAt(decoy, at) & mask)
  block.fill(0)
  return key.subarray(0, FERNET_KEY_BYTES)
}

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0

/** 1 for the byte 0 and 0 for every other, without a branch. */
const isZero = (byte: number): number => (byte - 1) >>> 31

/** All ones when `low <= byte <= high`, else 0, without a branch. */
const within = (byte: number, low: number, high: number): number => ((low - 1 - byte) & (byte - high - 1)) >> 31

/** The value of a character of URL-safe base64, or -1, without a branch or a table. */
const sextetOf = (byte: number): number =>
  ((within(byte, 0x41, 0x5a) & (byte - 0x40)) |
    (within(byte, 0x61, 0x7a) & (byte - 0x46)) |
    (within(byte, 0x30, 0x39) & (byte + 0x05)) |
    (within(byte, 0x2d, 0x2d) & 63) |
    (within(byte, 0x5f, 0x5f) & 64)) -
  1
