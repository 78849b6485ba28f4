import type { Auth, AuthScheme } from '@/protocols/lonely/auth/authScheme.js'
import { hmacAuth, type HmacOptions } from '@/protocols/lonely/auth/hmacAuth.js'
import { noAuth } from '@/protocols/lonely/auth/noAuth.js'
import { tokenAuth } from '@/protocols/lonely/auth/tokenAuth.js'
import { TransportError } from '@/errors.js'

const VERSION = '2'

/**
 * The schemes that a secrets file of the original names:
 * `{"version": "2", "to-broadcaster": {"type": "hmac", "secret": "..."}, "to-subscriber": {...}}`, where a half that is
 * missing means none.
 * @param text JSON
 * @throws TransportError OPTION_INVALID that names what is wrong, never a secret
 */
export const authFromSecrets = (text: string, options: HmacOptions = {}): Auth => {
  const file = parse(text)
  if (file['version'] !== VERSION) throw invalid(`version must be "${VERSION}"`)
  return {
    toBroadcaster: schemeOf(file['to-broadcaster'], 'to-broadcaster', options),
    toSubscriber: schemeOf(file['to-subscriber'], 'to-subscriber', options),
  }
}

const schemeOf = (entry: unknown, half: string, options: HmacOptions): AuthScheme => {
  if (entry === undefined) return noAuth()
  if (!isRecord(entry)) throw invalid(`${half} must be an object`)
  const { type, secret } = entry
  if (type !== 'token' && type !== 'hmac') throw invalid(`the type of ${half} must be token or hmac`)
  if (typeof secret !== 'string') throw invalid(`the secret of ${half} must be text`)
  return type === 'token' ? tokenAuth(secret) : hmacAuth(secret, options)
}

const parse = (text: string): Readonly<Record<string, unknown>> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // What the parser says may quote the file.
    throw invalid('it is not JSON')
  }
  if (isRecord(value)) return value
  throw invalid('it must be an object')
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (problem: string): TransportError =>
  new TransportError('OPTION_INVALID', { option: 'secrets', problem })
