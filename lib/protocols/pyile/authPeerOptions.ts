import { type Checked, checkRanges, type Range } from '@/core/index.js'
import type { PeerOptions } from '@/protocols/pyile/peerOptions.js'
import { wireBytes } from '@/protocols/pyile/wireValue.js'
import { TransportError } from '@/errors.js'

/** The numbers of the peer that owns a network, beside those of every peer. */
export interface AuthPeerLimits {
  /** Where joiners connect. 0, any that is free, to 65_535. @default 4_702 */
  readonly port?: number
  /** Where their distribution connections go. 0, any that is free, to 65_535. @default 0 */
  readonly distPort?: number
  /** So many wrong passwords ban a host. 1 to 1_000_000. @default 3 */
  readonly passwordAttempts?: number
  /** Hosts remembered, of those that were wrong and of those that are banned; the oldest are forgotten. 1 to 1_000_000. @default 10_000 */
  readonly maxHosts?: number
  /** Joins at once from one host, and as many that are still in their TLS or opening handshake. 1 to 1_024. @default 16 */
  readonly maxJoinsPerHost?: number
  /** Joins that may be under way while the network is full; with fewer members there may be more. 1 to 65_536. @default 64 */
  readonly maxJoins?: number
}

/** Defaults and ranges. */
export const AUTH_PEER_RANGES: Readonly<Record<keyof AuthPeerLimits, Range>> = {
  port: [4_702, 0, 65_535],
  distPort: [0, 0, 65_535],
  passwordAttempts: [3, 1, 1_000_000],
  maxHosts: [10_000, 1, 1_000_000],
  maxJoinsPerHost: [16, 1, 1_024],
  maxJoins: [64, 1, 65_536],
}

/** How an auth peer lets others in, and what else is its own. */
export interface AuthPeerOptions extends PeerOptions, AuthPeerLimits {
  /** What joiners must know. */
  readonly password: string
  /** Counts as originals do, which never ban a host at its first wrong password. @default false */
  readonly lenientCount?: boolean
  /** Believes the host in a joiner's address also when it comes from another one, as originals do. @default false */
  readonly trustClaims?: boolean
}

/** Nothing that a joiner says before it is in is larger, but for what its password needs. */
export const MAX_JOIN_BYTES = 4_096

/** Options that have been checked, with every default filled in. */
export interface AuthPeerSettings extends Checked<AuthPeerLimits> {
  readonly password: string
  readonly trustClaims: boolean
}

/** @throws TransportError OPTION_INVALID */
export const authPeerSettingsOf = (options: AuthPeerOptions): AuthPeerSettings => {
  const limits = checkRanges<AuthPeerLimits>(options, AUTH_PEER_RANGES)
  const { passwordAttempts } = limits
  return {
    ...limits,
    passwordAttempts: options.lenientCount === true ? Math.max(2, passwordAttempts) : passwordAttempts,
    password: checkPassword(options.password),
    trustClaims: options.trustClaims ?? false,
  }
}

const checkPassword = (password: unknown): string => {
  if (typeof password === 'string' && wireBytes({ shadow: password }).length <= MAX_JOIN_BYTES) return password
  const expected = `text that takes at most ${MAX_JOIN_BYTES} bytes on the wire`
  throw new TransportError('OPTION_INVALID', { option: 'password', given: typeof password, expected })
}
