import { createHash, hash } from 'node:crypto'
import { SHA512_BYTES } from '@/protocols/lonely/header.js'

/** SHA-512 over `bytes`, 64 bytes: what the digests of all messages are. */
export const sha512 = (bytes: Uint8Array): Buffer => createHash('sha512').update(bytes).digest()

/** Whether `digest` is the SHA-512 over `bytes`. Digests are no secrets: not in constant time. */
export const isSha512 = (digest: Uint8Array, bytes: Uint8Array): boolean => {
  // as text, a character a byte: for small messages, making a Buffer would cost more than the digest itself
  const expected = hash('sha512', bytes, 'binary')
  let same = 0
  while (same < SHA512_BYTES && digest[same] === expected.charCodeAt(same)) same++
  return same === SHA512_BYTES && digest.length === SHA512_BYTES
}
