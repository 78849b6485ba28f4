import { type AddressLike, type Checked, checkRanges, type Clock, type Range, systemClock } from '@/core/index.js'
import { TransportError } from '@/errors.js'
import { FernetKey } from '@/protocols/pnet/fernetKey.js'
import { checkNodeName } from '@/protocols/pnet/names.js'
import { NodeKey } from '@/protocols/pnet/nodeKey.js'

/** The numbers of a node. All have a default, and every one of them bounds something. */
export interface NodeLimits {
  /** UDP port on which nodes tell of themselves. 1 to 65_535. @default 3_334 */
  readonly advertisePort?: number
  /** How often the node tells of itself. 10 to 2^31-1 ms. @default 2_500 */
  readonly advertiseIntervalMs?: number
  /** A peer that has told nothing of itself for so long is forgotten; 0 never forgets. @default 15_000 */
  readonly peerLifetimeMs?: number
  /** Peers known at once; advertisements of more are dropped. 1 to 1_000_000. @default 1_024 */
  readonly maxPeers?: number
  /** Of them from one address; advertisements of more are dropped. 1 to 1_000_000. @default 256 */
  readonly maxPeersPerAddress?: number
  /** Largest packet, a line of text several times as long as what is in it. 1_024 to 2^30 bytes. @default 4_194_304 (4 MiB) */
  readonly maxPacketBytes?: number
  /** Requests of this node that may be under way; more are refused at once. 1 to 1_000_000. @default 1_024 */
  readonly maxPendingRequests?: number
  /** Requests of peers that may be under way; more are turned away. 1 to 1_000_000. @default 128 */
  readonly maxServedRequests?: number
  /** The same for one address. 1 to 1_000_000. @default 64 */
  readonly maxServedRequestsPerAddress?: number
  /** Silence that is borne until a reply is there, handler included. 0 waits for ever. @default 60_000 */
  readonly replyTimeoutMs?: number
  /** A request that has been connected must be whole by then, and its reply taken in as long. 0 waits for ever. @default 10_000 */
  readonly requestTimeoutMs?: number
  /** What a handler gets for one request; then the peer is left without a reply. 0 waits for ever. @default 60_000 */
  readonly handlerTimeoutMs?: number
  /** From the call until the connection is up. 0 waits as long as the system does. @default 5_000 */
  readonly connectTimeoutMs?: number
  /** A peer that is not listening yet is tried so often. 1 to 100. @default 4 */
  readonly connectAttempts?: number
  /** Between two attempts. 1 to 2^31-1 ms. @default 150 */
  readonly connectRetryMs?: number
  /** Targets of one call that are asked at the same time. 1 to 10_000. @default 8 */
  readonly targetsAtOnce?: number
  /** Size of a node key that is made at the start. 512 to 3_072 bits: a larger one fits into no advertisement. @default 2_048 */
  readonly keyBits?: number
}

/** How a node is called, where it listens and whom it trusts. */
export interface NodeOptions extends NodeLimits {
  /** What peers call it, without `|` and `@`; for advanced and command nodes ASCII letters, digits and !#$%^*()[]{}:,<.>/-_+`~ only. */
  readonly name: string
  /** Peers of other networks are not heard. Text without `|` and line breaks. @default 'nodes' */
  readonly networkId?: string
  /** The key that all nodes of the network share, or its 44 characters. @default none: requests are sealed for their receiver only, and advertisements are plain */
  readonly networkKey?: FernetKey | string
  /** The RSA key of the node, or its PEM. @default a new one at the start */
  readonly key?: NodeKey | string
  /** Where requests are taken, over TCP. @default '127.0.0.1:3333' */
  readonly listen?: AddressLike
  /** What peers are told to connect to: an IPv4 address or `localhost`. @default the address listened at, or that of the interface */
  readonly advertisedHost?: string
  /** Where advertisements go. @default '127.255.255.255' when it listens on the loopback only, else '255.255.255.255' */
  readonly broadcastAddress?: string
  /**
   * An IPv4 address of this machine, or the name of an interface such as `eth0`, from which advertisements leave. It may
   * come later, go, and come back with another address. @default the system's choice
   */
  readonly interface?: string
  /** `pnet` is what originals speak; with `handshake`, packets are messages of the handshake framing, at both ends. @default 'pnet' */
  readonly framing?: 'pnet' | 'handshake'
  /** The time; for specs. @default the system's */
  readonly clock?: Clock
}

/** Longest time that a timer takes. */
export const MAX_MS = 2 ** 31 - 1

/** Defaults and ranges. */
export const NODE_RANGES: Readonly<Record<keyof NodeLimits, Range>> = {
  advertisePort: [3_334, 1, 65_535],
  advertiseIntervalMs: [2_500, 10, MAX_MS],
  peerLifetimeMs: [15_000, 0, MAX_MS],
  maxPeers: [1_024, 1, 1_000_000],
  maxPeersPerAddress: [256, 1, 1_000_000],
  maxPacketBytes: [4_194_304, 1_024, 2 ** 30],
  maxPendingRequests: [1_024, 1, 1_000_000],
  maxServedRequests: [128, 1, 1_000_000],
  maxServedRequestsPerAddress: [64, 1, 1_000_000],
  replyTimeoutMs: [60_000, 0, MAX_MS],
  requestTimeoutMs: [10_000, 0, MAX_MS],
  handlerTimeoutMs: [60_000, 0, MAX_MS],
  connectTimeoutMs: [5_000, 0, MAX_MS],
  connectAttempts: [4, 1, 100],
  connectRetryMs: [150, 1, MAX_MS],
  targetsAtOnce: [8, 1, 10_000],
  keyBits: [2_048, 512, 3_072],
}

/** Options that have been checked, with every default filled in. */
export interface NodeSettings extends Checked<NodeLimits> {
  readonly name: string
  readonly networkId: string
  readonly networkKey: FernetKey | undefined
  /** Undefined when one is to be made. */
  readonly key: NodeKey | undefined
  readonly listen: AddressLike
  readonly advertisedHost: string | undefined
  readonly broadcastAddress: string | undefined
  readonly interface: string | undefined
  readonly framing: 'pnet' | 'handshake'
  readonly clock: Clock
}

/** @throws TransportError OPTION_INVALID, NAME_UNUSABLE, FERNET_KEY_INVALID, NODE_KEY_INVALID */
export const nodeSettingsOf = (options: NodeOptions): NodeSettings => ({
  ...checkRanges<NodeLimits>(options, NODE_RANGES),
  name: checkNodeName(options.name),
  networkId: options.networkId ?? 'nodes',
  networkKey: typeof options.networkKey === 'string' ? FernetKey.parse(options.networkKey) : options.networkKey,
  key: typeof options.key === 'string' ? NodeKey.parsePem(options.key) : options.key,
  listen: options.listen ?? '127.0.0.1:3333',
  advertisedHost: options.advertisedHost,
  broadcastAddress: options.broadcastAddress,
  interface: options.interface,
  framing: checkFraming(options.framing ?? 'pnet'),
  clock: options.clock ?? systemClock,
})

const checkFraming = (framing: 'pnet' | 'handshake'): 'pnet' | 'handshake' => {
  if (framing === 'pnet' || framing === 'handshake') return framing
  throw new TransportError('OPTION_INVALID', { option: 'framing', given: String(framing), one: 'pnet, handshake' })
}
