import { timingSafeEqual } from 'node:crypto'
import type { AuthScheme, Verdict } from '@/protocols/lonely/auth/authScheme.js'
import { TransportError } from '@/errors.js'

const PREFIX = 'Bearer '
const MAX_TOKEN_BYTES = 65_535 - PREFIX.length

/**
 * One secret text goes with every message as it is. Only for connections that nobody else can read.
 * @param token 1 to 65_528 bytes of UTF-8
 * @throws TransportError OPTION_INVALID, without the token in it
 */
export const tokenAuth = (token: string): AuthScheme => {
  const bytes = Buffer.byteLength(token)
  if (bytes < 1 || bytes > MAX_TOKEN_BYTES || /\p{Surrogate}/u.test(token)) {
    throw new TransportError('OPTION_INVALID', {
      option: 'token',
      given: `${bytes} bytes`,
      min: 1,
      max: MAX_TOKEN_BYTES,
    })
  }
  const text = PREFIX + token
  const expected = Buffer.from(text)
  const check = (authorization: string | undefined): Verdict => {
    if (authorization === undefined) return 'unauthorized'
    return sameText(expected, authorization) ? 'ok' : 'forbidden'
  }
  return { authorize: () => text, check: (_claim, authorization) => check(authorization) }
}

/** In a time that tells nothing about where they differ. */
const sameText = (expected: Buffer, given: string): boolean => {
  const presented = Buffer.from(given)
  const compared = Buffer.alloc(expected.length)
  presented.copy(compared)
  return timingSafeEqual(expected, compared) && presented.length === expected.length
}
