import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import { checkRanges } from '@/core/index.js'
import type { AuthScheme, CheckContext, Verdict } from '@/protocols/lonely/auth/authScheme.js'
import type { Claim } from '@/protocols/lonely/auth/claim.js'
import { ClaimWriter } from '@/protocols/lonely/auth/claimWriter.js'
import { formatHmacHeader, parseHmacHeader } from '@/protocols/lonely/auth/hmacHeader.js'
import { ReplayMemory, type ReplayStore, type Use } from '@/protocols/lonely/auth/replayMemory.js'
import { pooledRandom } from '@/protocols/lonely/randomSource.js'
import { TransportError } from '@/errors.js'

/** The numbers of the hmac scheme. */
interface HmacLimits {
  /** How far the time in an authorization may be from ours, in either direction. 0 to 86_400 seconds. @default 120 */
  readonly lifetimeSeconds?: number
  /**
   * Codes the built-in memory holds; with that many, checks say `unavailable` until some expire. 1 to 2^26.
   * @default 4_194_304 (64 MiB)
   */
  readonly maxCodes?: number
}

/** How authorizations by hmac are made and checked. */
export interface HmacOptions extends HmacLimits {
  /** Remembers used codes; `off` accepts a code as often as it comes. @default a memory of this process */
  readonly replay?: ReplayStore | 'off'
  /** The nonce of an authorization: at most 255 bytes, no colon. For specs. @default 4 random bytes as base64url */
  readonly nonce?: () => string
}

/** Defaults and ranges. */
export const HMAC_RANGES = { lifetimeSeconds: [120, 0, 86_400], maxCodes: [4_194_304, 1, 2 ** 26] } as const

const SECRET_BYTES = 64
const NONCE_BYTES = 4

/** A new secret for `hmacAuth`: 64 random bytes as base64url. It never begins with a hyphen, which a command line takes for an option. */
export const makeHmacSecret = (): string => {
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  return secret.startsWith('-') ? makeHmacSecret() : secret
}

/**
 * Each message carries a code that only who knows the secret can make, over its kind, its fields, the time and a random
 * nonce.
 * @param secret 64 bytes as base64url or base64, with or without padding
 * @throws TransportError OPTION_INVALID, without the secret in it
 * @see WIRE.md, "hmac"
 */
export const hmacAuth = (secret: string, options: HmacOptions = {}): AuthScheme => {
  const key = Buffer.from(secret, 'base64url')
  if (key.length !== SECRET_BYTES) {
    throw new TransportError('OPTION_INVALID', {
      option: 'secret',
      given: `${key.length} bytes`,
      expected: '64 bytes as base64url',
    })
  }
  const { lifetimeSeconds, maxCodes } = checkRanges<HmacLimits>(options, HMAC_RANGES)
  const store = options.replay ?? new ReplayMemory(maxCodes)
  return new HmacScheme(createSecretKey(key), {
    lifetimeSeconds,
    store: store === 'off' ? undefined : store,
    nonce: options.nonce ?? randomNonces(),
  })
}

const randomNonces = (): (() => string) => {
  const random = pooledRandom()
  return () => random(NONCE_BYTES).toString('base64url')
}

interface HmacParts {
  readonly lifetimeSeconds: number
  readonly store: ReplayStore | undefined
  readonly nonce: () => string
}

class HmacScheme implements AuthScheme {
  /** The id of a part that is continued has one byte in what is signed, and the last part is not continued. */
  readonly maxParts = 257
  readonly #key: KeyObject
  readonly #parts: HmacParts
  readonly #writer = new ClaimWriter()

  constructor(key: KeyObject, parts: HmacParts) {
    this.#key = key
    this.#parts = parts
  }

  authorize(claim: Claim, nowMs: number): string {
    const timestamp = Math.floor(nowMs / 1_000)
    const nonce = this.#parts.nonce()
    const signed = this.#writer.write(claim, timestamp, nonce)
    return formatHmacHeader(timestamp, nonce, createHmac('sha512', this.#key).update(signed).digest('base64'))
  }

  check(claim: Claim, authorization: string | undefined, context: CheckContext): Verdict | Promise<Verdict> {
    if (authorization === undefined) return 'unauthorized'
    const header = parseHmacHeader(authorization)
    if (header === undefined || (claim.kind === 'notify' && claim.digest.length !== 64)) return 'forbidden'
    const { lifetimeSeconds, store } = this.#parts
    const { nowMs } = context
    if (Math.abs(nowMs / 1_000 - header.timestamp) > lifetimeSeconds) return 'forbidden'
    const expected = this.#codeOf(claim, header.timestamp, header.nonce)
    if (expected === undefined || !timingSafeEqual(expected, header.code)) return 'forbidden'
    if (store === undefined || context.singular === true) return 'ok'
    const use = store.use(expected, (header.timestamp + lifetimeSeconds) * 1_000, nowMs)
    return typeof use === 'string' ? VERDICTS[use] : use.then((said) => VERDICTS[said])
  }

  /** Undefined for what cannot be signed, and therefore never was. */
  #codeOf(claim: Claim, timestamp: number, nonce: string): Buffer | undefined {
    try {
      return createHmac('sha512', this.#key)
        .update(this.#writer.write(claim, timestamp, nonce))
        .digest()
    } catch (error) {
      if (error instanceof TransportError && error.code === 'CLAIM_UNSIGNABLE') return undefined
      throw error
    }
  }
}

const VERDICTS: Readonly<Record<Use, Verdict>> = { fresh: 'ok', used: 'forbidden', full: 'unavailable' }
