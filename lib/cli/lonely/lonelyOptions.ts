import { targetFrom } from '@/cli/addressOption.js'
import { oneOf, type Options } from '@/cli/arguments.js'
import type { Io } from '@/cli/io.js'
import { textFile } from '@/cli/textFile.js'
import { UsageError } from '@/cli/usageError.js'
import type { AddressLike } from '@/core/index.js'
import { type Auth, authFromSecrets, hmacAuth, makeHmacSecret, tokenAuth } from '@/protocols/lonely/index.js'
import { TransportError } from '@/errors.js'

/** What both ends take. */
export const LONELY_OPTIONS = {
  auth: { type: 'string', value: 'SCHEME', help: 'how both ends show who they are: none (default), token or hmac' },
  secret: {
    type: 'string',
    value: 'TEXT',
    help: 'the token, or the secret of hmac; others on this machine can see it',
  },
  'secret-file': {
    type: 'string',
    value: 'FILE',
    help: 'a file with it, or with both secrets as the originals keep them',
  },
  framing: { type: 'string', value: 'NAME', help: 'of TCP: handshake (default) or length (u32 before each)' },
} as const satisfies Options

/** Where a secret is looked for when no option gives one. */
const VARIABLE = 'FRAMEWRIGHT_SECRET'

export const LONELY_NOTES = [
  `The secret comes from --secret-file, from --secret, or from the environment variable\n${VARIABLE}; it is never printed again. In a JSON file the two directions may differ:\n  {"version":"2","to-broadcaster":{"type":"hmac","secret":"..."},"to-subscriber":{...}}`,
]

interface LonelyValues {
  readonly auth?: string | undefined
  readonly secret?: string | undefined
  readonly 'secret-file'?: string | undefined
  readonly framing?: string | undefined
}

/** How both ends show who they are, and the secret, if it has just been made. */
export interface ChosenAuth {
  readonly auth: Partial<Auth>
  readonly made?: string
}

/**
 * @param mayMake a secret for hmac is made if there is none
 * @throws UsageError, TransportError FILE_FAILED
 */
export const authFrom = async (values: LonelyValues, io: Io, mayMake: boolean): Promise<ChosenAuth> => {
  const text = await secretFrom(values, io)
  if (values.auth === undefined && text?.startsWith('{') === true) return { auth: checked(() => authFromSecrets(text)) }
  const kind = oneOf(values.auth ?? 'none', '--auth', ['none', 'token', 'hmac'])
  if (kind === 'none') {
    if (values.secret === undefined && values['secret-file'] === undefined) return { auth: {} }
    throw new UsageError('a secret is given, and nothing to do with it', 'add --auth token or --auth hmac')
  }
  const made = text === undefined && mayMake && kind === 'hmac' ? makeHmacSecret() : undefined
  const secret = text ?? made
  if (secret === undefined)
    throw new UsageError(`--auth ${kind} wants a secret`, `give --secret-file FILE, or set ${VARIABLE}`)
  // One memory of used codes for both directions: each has kinds of its own.
  const scheme = checked(() => (kind === 'token' ? tokenAuth(secret) : hmacAuth(secret)))
  const auth = { toBroadcaster: scheme, toSubscriber: scheme }
  return made === undefined ? { auth } : { auth, made }
}

/** @throws UsageError */
export const lonelyFraming = (values: LonelyValues): 'handshake' | 'length' =>
  oneOf(values.framing ?? 'handshake', '--framing', ['handshake', 'length'])

/** Where a broadcaster is, as it was typed. @throws UsageError */
export const broadcasterFrom = (text: string): AddressLike => {
  if (!/^wss?:/i.test(text)) return targetFrom(text)
  if (/^wss?:\/*\d+([:/?#]|$)/i.test(text))
    throw new UsageError(`${JSON.stringify(text)} has digits alone for a host`, 'write ws://HOST:PORT/PATH')
  if (URL.canParse(text)) return text
  throw new UsageError(`${JSON.stringify(text)} is no address`, 'write ws://HOST:PORT/PATH or tcp://HOST:PORT')
}

const secretFrom = async (values: LonelyValues, io: Io): Promise<string | undefined> => {
  const { secret, 'secret-file': path } = values
  if (secret !== undefined && path !== undefined)
    throw new UsageError('--secret and --secret-file are given', 'give one of them')
  if (secret !== undefined) return secret
  if (path === undefined) return values.auth === undefined ? undefined : io.environment[VARIABLE]
  return (await textFile(path)).trim()
}

/** What is wrong with a secret is a matter of usage; the error does not have the secret in it. */
const checked = <T>(make: () => T): T => {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    const { given, expected, problem } = error.detail
    const what = problem ?? `it has ${String(given)}`
    throw new UsageError(
      `the secret cannot be used: ${String(what)}`,
      expected === undefined ? undefined : `it wants ${String(expected)}`,
    )
  }
}
