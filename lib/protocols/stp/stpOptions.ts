import type { KeyObject } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import {
  checkGroup,
  type Checked,
  checkRanges,
  type Clock,
  type FramingChoice,
  type Range,
  systemClock,
} from '@/core/index.js'
import { MAX_PACKET_BYTES } from '@/protocols/stp/packet.js'
import { stp } from '@/protocols/stp/stpFraming.js'
import { TransportError } from '@/errors.js'

/** The group of the seed, and the default. The later package has `LATER_GROUP`. */
export const SEED_GROUP = '239.192.1.107'
/** The group of the later package (`stmp`), whose TTL is 1; its ports are the same. */
export const LATER_GROUP = '224.0.0.109'

/** The numbers of a node. All have a default, and every one of them bounds something. */
export interface StpLimits {
  /** UDP port; 0 takes any that is free, for nodes that nobody has to find by multicast. 0 to 65_535. @default 57_000 */
  readonly udpport?: number
  /** TCP port; 0 takes any that is free, and tells it to the others. 0 to 65_535. @default 57_001 */
  readonly tcpport?: number
  /** Routers a multicast may pass. 0 to 255 hops. @default 20 */
  readonly multicastTtl?: number
  /** Size of the key pair that is made when none is given. 1_024 to 8_192 bits. @default 2_048 */
  readonly keyBits?: number
  /** Largest packet sent or accepted, sizes and header included. 1_024 to 4_096_000 bytes. @default 4_096_000 */
  readonly maxPacketBytes?: number
  /** Peers known at once; further ones are heard and not remembered. 1 to 100_000. @default 1_024 */
  readonly maxPeers?: number
  /** Of them from one IP address; for one more, the one heard longest ago goes. 1 to 65_535. @default 64 */
  readonly maxPeersPerAddress?: number
  /** Largest header of which a peer is remembered; the packet is handled all the same. 1_024 to 65_535 bytes. @default 8_192 (8 KiB) */
  readonly maxPeerHeaderBytes?: number
  /** Keys remembered of peers that are gone, the latest. 0 to 1_000_000. @default 4_096 */
  readonly maxRememberedKeys?: number
  /** Packets that may wait while a handler is at work, or one above 256 KiB is about to be read; later ones are dropped. 1 to 1_000_000. @default 1_024 */
  readonly maxWaitingPackets?: number
  /** Their bytes; one packet may always wait. 1 to 2^40 bytes. @default 16_777_216 (16 MiB) */
  readonly maxWaitingBytes?: number
  /** Answers to discovery requests under way at once; further requests get none. 1 to 1_000. @default 16 */
  readonly maxReplies?: number
  /** TCP connections at once; further ones are closed. 1 to 1_000_000. @default 256 */
  readonly connectionLimit?: number
  /** Of them from one IP address. 1 to 1_000_000. @default 64 */
  readonly connectionLimitPerAddress?: number
  /** Until TCP is up. 1 to 2^31-1 ms. @default 5_000 */
  readonly connectTimeoutMs?: number
  /** Until a packet begins to arrive, and its end after that, with more time for larger ones; until the other end has closed. 1 to 2^31-1 ms. @default 5_000 */
  readonly packetTimeoutMs?: number
  /** A handler's promise is waited for this long, then the next packet is handled. 0 waits for ever. 0 to 2^31-1 ms. @default 30_000 */
  readonly handlerTimeoutMs?: number
  /** From `listen` to the first discovery request. 0 to 2^31-1 ms. @default 5_000 */
  readonly firstSyncMs?: number
  /** Between discovery requests; 0 sends none, neither the first. 0 to 2^31-1 ms. @default 180_000 */
  readonly syncMs?: number
  /** After this much silence a peer is forgotten. 1 to 2^31-1 ms. @default 240_000 */
  readonly peerLifeMs?: number
  /** How often that is looked at. 1 to 2^31-1 ms. @default 10_000 */
  readonly sweepMs?: number
  /** How often the group is joined anew, since interfaces come and go. 1 to 2^31-1 ms. @default 5_000 */
  readonly rejoinMs?: number
}

/** How a node presents itself, where it is reached, and how much it bears. */
export interface StpOptions extends StpLimits {
  /** @default the login name */
  readonly user?: string
  /** @default that of the machine */
  readonly hostname?: string
  /** The multicast group: SEED_GROUP, LATER_GROUP or one of your own. @default '239.192.1.107' */
  readonly maddr?: string
  /** Address at which TCP listens. @default '0.0.0.0' */
  readonly host?: string
  /** Where the group is joined and reached: an address of this machine, the name of an interface, or a function that gives either. @default the system's choice */
  readonly multicastInterface?: string | (() => string)
  /** An RSA private key as PEM or KeyObject, to be the same node after a restart. @default a fresh pair */
  readonly key?: string | KeyObject
  /** Whether packets carry the public key and announce `hybrid-1`, unless one says otherwise. @default true */
  readonly publishKey?: boolean
  /** Bodies beyond one RSA block: `hybrid-1`, which originals do not understand, is announced and used with those who announce it. @default true */
  readonly hybrid?: boolean
  /** Ports that others are told, where they are not those that are bound, such as behind a mapping of ports. @default those that are bound */
  readonly announcedUdpport?: number
  readonly announcedTcpport?: number
  /** Over TCP: as the originals speak, or each packet as one message of the handshake framing; the same at both ends. @default 'stp' */
  readonly framing?: 'stp' | 'handshake'
  /** The identity by which a node knows its own packets. @default a random UUID */
  readonly session?: string
  /** The time; for specs. @default the system's */
  readonly clock?: Clock
}

const MAX_MS = 2 ** 31 - 1

/** Defaults and ranges. */
export const STP_RANGES: Readonly<Record<keyof StpLimits, Range>> = {
  udpport: [57_000, 0, 65_535],
  tcpport: [57_001, 0, 65_535],
  multicastTtl: [20, 0, 255],
  keyBits: [2_048, 1_024, 8_192],
  maxPacketBytes: [MAX_PACKET_BYTES, 1_024, MAX_PACKET_BYTES],
  maxPeers: [1_024, 1, 100_000],
  maxPeersPerAddress: [64, 1, 65_535],
  maxPeerHeaderBytes: [8_192, 1_024, 65_535],
  maxRememberedKeys: [4_096, 0, 1_000_000],
  maxWaitingPackets: [1_024, 1, 1_000_000],
  maxWaitingBytes: [16_777_216, 1, 2 ** 40],
  maxReplies: [16, 1, 1_000],
  connectionLimit: [256, 1, 1_000_000],
  connectionLimitPerAddress: [64, 1, 1_000_000],
  connectTimeoutMs: [5_000, 1, MAX_MS],
  packetTimeoutMs: [5_000, 1, MAX_MS],
  handlerTimeoutMs: [30_000, 0, MAX_MS],
  firstSyncMs: [5_000, 0, MAX_MS],
  syncMs: [180_000, 0, MAX_MS],
  peerLifeMs: [240_000, 1, MAX_MS],
  sweepMs: [10_000, 1, MAX_MS],
  rejoinMs: [5_000, 1, MAX_MS],
}

/** Options that have been checked, with every default filled in. */
export interface StpSettings extends Checked<StpLimits> {
  readonly user: string
  readonly hostname: string
  readonly maddr: string
  readonly host: string
  readonly multicastInterface: string | (() => string) | undefined
  readonly publishKey: boolean
  readonly hybrid: boolean
  readonly announcedUdpport: number | undefined
  readonly announcedTcpport: number | undefined
  readonly framing: FramingChoice
  readonly clock: Clock
}

/** @throws TransportError OPTION_INVALID */
export const stpSettingsOf = (options: StpOptions): StpSettings => ({
  ...checkRanges<StpLimits>(options, STP_RANGES),
  user: options.user ?? loginName(),
  hostname: options.hostname ?? hostname(),
  maddr: checkGroup('maddr', options.maddr ?? SEED_GROUP),
  host: options.host ?? '0.0.0.0',
  multicastInterface: options.multicastInterface,
  publishKey: options.publishKey ?? true,
  hybrid: options.hybrid ?? true,
  announcedUdpport: checkPort('announcedUdpport', options.announcedUdpport),
  announcedTcpport: checkPort('announcedTcpport', options.announcedTcpport),
  framing: framingOf(options.framing ?? 'stp'),
  clock: options.clock ?? systemClock,
})

/** There are users without a name, such as those of some containers. */
const loginName = (): string => {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}

const checkPort = (option: string, port: number | undefined): number | undefined => {
  if (port === undefined || isPort(port)) return port
  throw new TransportError('OPTION_INVALID', { option, given: port, min: 1, max: 65_535 })
}

/** Whether this is a port that somebody can be reached at. */
export const isPort = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535

const framingOf = (framing: string): FramingChoice => {
  if (framing === 'stp') return stp
  if (framing === 'handshake') return framing
  throw new TransportError('OPTION_INVALID', { option: 'framing', given: framing, one: 'stp, handshake' })
}
