import { isIPv4 } from 'node:net'
import {
  type Checked,
  checkRanges,
  type ClientOptions,
  type Clock,
  type Range,
  type SealOptions,
  type ServerOptions,
} from '@/core/index.js'
import type { Messenger } from '@/protocols/pyile/messenger.js'
import { wireTextOf } from '@/protocols/pyile/wireText.js'
import { TransportError } from '@/errors.js'

/** The numbers of a peer. All have a default, and every one of them bounds something. */
export interface PeerLimits {
  /** Where it listens for messages. 0, any that is free, to 65_535. @default 0 */
  readonly peerPort?: number
  /** Largest value it sends, but for receipts. Originals read no more than 2_048. 256 to 65_536 bytes. @default 2_048 */
  readonly maxValueBytes?: number
  /** Peers of the network, itself among them; a longer list is not taken. 2 to 65_536. @default 1_024 */
  readonly maxPeers?: number
  /** Own messages that may wait to leave. 1 to 100_000. @default 1_024 */
  readonly maxWaitingMessages?: number
  /** Own messages that are under way at once. 1 to 1_024. @default 16 */
  readonly maxSendingMessages?: number
  /** Connections at once that bring messages. 1 to 65_536. @default 256 */
  readonly maxMessageConnections?: number
  /** Of them from one host. 1 to 65_536. @default 128 */
  readonly maxMessageConnectionsPerHost?: number
  /** What each step of a join may take. 1 to 2^31-1. @default 4_000 */
  readonly stepTimeoutMs?: number
  /** From a beat that was answered to the next. 1 to 2^31-1. @default 2_000 */
  readonly heartbeatMs?: number
  /** Silence after which the other end of a heartbeat is given up. 1 to 2^31-1. @default 6_000 */
  readonly heartbeatTimeoutMs?: number
  /** What a connection to another peer may take to come about. 1 to 2^31-1. @default 2_000 */
  readonly connectTimeoutMs?: number
  /** What a receipt may take. 1 to 2^31-1. @default 2_000 */
  readonly receiptTimeoutMs?: number
  /** Between two values in a row on one connection, so that originals read them one by one. 0 to 60_000. @default 50 */
  readonly pauseMs?: number
}

/** Defaults and ranges. */
export const PEER_RANGES: Readonly<Record<keyof PeerLimits, Range>> = {
  peerPort: [0, 0, 65_535],
  maxValueBytes: [2_048, 256, 65_536],
  maxPeers: [1_024, 2, 65_536],
  maxWaitingMessages: [1_024, 1, 100_000],
  maxSendingMessages: [16, 1, 1_024],
  maxMessageConnections: [256, 1, 65_536],
  maxMessageConnectionsPerHost: [128, 1, 65_536],
  stepTimeoutMs: [4_000, 1, 2 ** 31 - 1],
  heartbeatMs: [2_000, 1, 2 ** 31 - 1],
  heartbeatTimeoutMs: [6_000, 1, 2 ** 31 - 1],
  connectTimeoutMs: [2_000, 1, 2 ** 31 - 1],
  receiptTimeoutMs: [2_000, 1, 2 ** 31 - 1],
  pauseMs: [50, 0, 60_000],
}

/** Every peer listens and connects, so it needs both sides of TLS. */
export interface PeerTls {
  /** Certificate and key. */
  readonly server: NonNullable<ServerOptions['tls']>
  /** What it believes of others: `ca`; `key` and `cert` where they want to know too. @default the system's authorities */
  readonly client?: ClientOptions['tls']
}

/** How a peer presents itself and how it is connected. */
export interface PeerOptions extends PeerLimits {
  /** What others read beside its messages. At most 256 bytes as JSON. */
  readonly alias: string
  /** The IPv4 address at which it listens and from which it connects; `0.0.0.0` for all. @default '127.0.0.1' */
  readonly host?: string
  /** The IPv4 address that others are told; needed when `host` is `0.0.0.0`. @default `host` */
  readonly advertisedHost?: string
  /** Where its messages and notes are kept. @default a new one with the usual limits */
  readonly messenger?: Messenger
  /** `json` is what originals speak. `handshake` has boundaries and needs no pauses. @default 'json', with `seal` 'handshake' */
  readonly framing?: 'json' | 'handshake'
  /** All of a network or none. @default no TLS: the password and all messages can be read on the way */
  readonly tls?: PeerTls
  /** A key that all peers of the network have; everything is encrypted with it. Not with the framing `json`. @default none */
  readonly seal?: SealOptions
  /** The time; for specs. @default the system's */
  readonly clock?: Clock
}

/** Options that have been checked, with every default filled in. */
export interface PeerSettings extends Checked<PeerLimits> {
  /** Where it listens. */
  readonly host: string
  /** What others are told. */
  readonly advertisedHost: string
  /** From where it connects; undefined leaves it to the system. */
  readonly localHost: string | undefined
}

const EVERY_HOST = '0.0.0.0'
const MAX_ALIAS_BYTES = 256

/** @throws TransportError OPTION_INVALID */
export const peerSettingsOf = (options: PeerOptions): PeerSettings => {
  const { alias } = options
  const bytes = typeof alias === 'string' ? wireTextOf(alias).length : undefined
  if (bytes === undefined || bytes > MAX_ALIAS_BYTES) {
    const given = bytes === undefined ? typeof alias : `${bytes} bytes`
    throw invalid('alias', given, `text of at most ${MAX_ALIAS_BYTES} bytes as JSON`)
  }
  if (options.seal !== undefined && options.framing === 'json') {
    throw invalid('framing', 'json', 'handshake, since what is sealed is no JSON')
  }
  if (options.framing !== undefined && options.framing !== 'json' && options.framing !== 'handshake') {
    throw invalid('framing', String(options.framing), 'json or handshake')
  }
  return { ...checkRanges<PeerLimits>(options, PEER_RANGES), ...hostsOf(options) }
}

const hostsOf = ({
  host = '127.0.0.1',
  advertisedHost = host,
}: PeerOptions): Pick<PeerSettings, 'host' | 'advertisedHost' | 'localHost'> => {
  if (!isIPv4(host)) throw invalid('host', host, 'an IPv4 address')
  if (!isIPv4(advertisedHost) || advertisedHost === EVERY_HOST) {
    throw invalid('advertisedHost', advertisedHost, 'an IPv4 address at which others find this peer')
  }
  return { host, advertisedHost, localHost: host === EVERY_HOST ? undefined : host }
}

const invalid = (option: string, given: string, expected: string): TransportError =>
  new TransportError('OPTION_INVALID', { option, given, expected })
