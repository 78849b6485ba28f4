import { asBuffer } from '@/bytes/asBuffer.js'
import { SHA512_BYTES } from '@/protocols/lonely/header.js'
import { malformed, unwritable } from '@/protocols/lonely/malformed.js'

const NAMES: ReadonlySet<string> = new Set(['sha-512', 'sha512'])
/** Standard base64 of 64 bytes; the padding may be missing. */
const DIGEST = /^[A-Za-z0-9+/]{85}[AQgw](?:==)?$/

/** The value of the header `repr-digest`. @param sha512 64 bytes @throws TransportError LONELY_UNWRITABLE */
export const reprDigestOf = (sha512: Uint8Array): string => {
  if (!(sha512 instanceof Uint8Array) || sha512.length !== SHA512_BYTES)
    throw unwritable('a digest has 64 bytes', { header: 'repr-digest' })
  return `sha-512=${asBuffer(sha512).toString('base64')}`
}

/**
 * The SHA-512 in the value of a header `repr-digest`: the last one, if there are several; other algorithms are ignored.
 * @returns 64 bytes @throws TransportError LONELY_MALFORMED when there is none, or it is not base64 of 64 bytes
 * @see WIRE.md, "repr-digest"
 */
export const sha512InReprDigest = (value: string): Buffer => {
  let found: string | undefined
  for (const pair of value.split(',')) {
    const equals = pair.indexOf('=')
    if (equals >= 0 && NAMES.has(pair.slice(0, equals))) found = pair.slice(equals + 1)
  }
  if (found === undefined) throw malformed('there is no SHA-512', { header: 'repr-digest' })
  if (!DIGEST.test(found)) throw malformed('the SHA-512 is not base64 of 64 bytes', { header: 'repr-digest' })
  return Buffer.from(found, 'base64')
}
