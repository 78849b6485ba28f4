import { isIPv4 } from 'node:net'
import { type Clock, systemClock } from '@/core/clock.js'
import { checkRanges, type Checked, type Range } from '@/core/options.js'
import { TransportError } from '@/errors.js'

/** The numbers of a datagram socket. All have a default, and every one of them bounds something. */
export interface DatagramLimits {
  /** Largest datagram that is sent or received; a larger one is dropped. 0 to 65_507 bytes, the most that IPv4 carries. @default 65_507 */
  readonly maxDatagramBytes?: number
  /** Datagrams received that may wait for their hook; later ones are dropped. 1 to 1_000_000. @default 1_024 */
  readonly maxWaitingDatagrams?: number
  /** Their bytes; one datagram may always wait. 1 to 2^40 bytes. @default 8_388_608 (8 MiB) */
  readonly maxWaitingBytes?: number
  /** Datagrams that may be on their way to the system. 1 to 1_000_000. @default 1_024 */
  readonly maxUnsentDatagrams?: number
  /** Their bytes; one datagram may always be. 1 to 2^40 bytes. @default 8_388_608 (8 MiB) */
  readonly maxUnsentBytes?: number
  /** Routers a datagram to a group may pass; 0 stays on this machine, 1 in this network. 0 to 255 hops. @default 1 */
  readonly multicastTtl?: number
  /** How often the group is joined anew, since interfaces come and go. 1 to 2^31-1 ms. @default 5_000 */
  readonly rejoinMs?: number
  /** What `close()` gives what is on its way to the system. 1 to 2^31-1 ms. @default 5_000 */
  readonly closeTimeoutMs?: number
}

/** Where a datagram socket is bound, and whom it reaches beside single addresses. IPv4 only. */
export interface DatagramOptions extends DatagramLimits {
  /** Own address to bind. @default '0.0.0.0', which hears groups and broadcasts */
  readonly host?: string
  /** Own port; 0 takes any that is free. @default 0 */
  readonly port?: number
  /**
   * Several sockets of one machine may bind one port: each hears what is sent to groups and broadcast, and only one
   * of them what is sent to the machine itself. @default false
   */
  readonly reuseAddr?: boolean
  /** The multicast group that `sendToGroup` reaches, 224.0.0.0 to 239.255.255.255. @default none */
  readonly group?: string
  /** Whether to join the group, or only to send to it. @default true */
  readonly joinGroup?: boolean
  /**
   * Where groups are joined and reached: an IPv4 address of this machine, the name of an interface such as `eth0`, or
   * a function that gives either. It is looked up each time the group is joined anew. @default the system's choice
   */
  readonly multicastInterface?: string | (() => string)
  /** This machine hears what it sends to the group, other programs and this socket alike. @default true */
  readonly multicastLoopback?: boolean
  /** The addresses that `broadcast` sends to, none of them the group. @default none, and broadcasting is off */
  readonly broadcastAddresses?: readonly string[]
  /** The time; for specs. @default the system's */
  readonly clock?: Clock
}

const MAX_MS = 2 ** 31 - 1

/** Defaults and ranges. */
export const DATAGRAM_RANGES: Readonly<Record<keyof DatagramLimits, Range>> = {
  maxDatagramBytes: [65_507, 0, 65_507],
  maxWaitingDatagrams: [1_024, 1, 1_000_000],
  maxWaitingBytes: [8_388_608, 1, 2 ** 40],
  maxUnsentDatagrams: [1_024, 1, 1_000_000],
  maxUnsentBytes: [8_388_608, 1, 2 ** 40],
  multicastTtl: [1, 0, 255],
  rejoinMs: [5_000, 1, MAX_MS],
  closeTimeoutMs: [5_000, 1, MAX_MS],
}

/** Options that have been checked, with every default filled in. */
export interface DatagramSettings extends Checked<DatagramLimits> {
  readonly host: string
  readonly port: number
  readonly reuseAddr: boolean
  readonly group: string | undefined
  readonly joinGroup: boolean
  readonly multicastInterface: string | (() => string) | undefined
  readonly multicastLoopback: boolean
  readonly broadcastAddresses: readonly string[]
  readonly clock: Clock
}

/** @throws TransportError OPTION_INVALID */
export const datagramSettingsOf = (options: DatagramOptions): DatagramSettings => ({
  ...checkRanges<DatagramLimits>(options, DATAGRAM_RANGES),
  ...checkRanges<{ port: number }>(options, { port: [0, 0, 65_535] }),
  host: checkAddress('host', options.host ?? '0.0.0.0'),
  reuseAddr: options.reuseAddr ?? false,
  group: options.group === undefined ? undefined : checkGroup('group', options.group),
  joinGroup: options.joinGroup ?? true,
  multicastInterface: options.multicastInterface,
  multicastLoopback: options.multicastLoopback ?? true,
  broadcastAddresses: (options.broadcastAddresses ?? []).map((address) => checkAddress('broadcastAddresses', address)),
  clock: options.clock ?? systemClock,
})

/** Whether this is the address of a group. */
export const isGroup = (address: string): boolean => isIPv4(address) && /^2(2[4-9]|3\d)\./.test(address)

const checkAddress = (option: string, address: string): string => {
  if (isIPv4(address)) return address
  throw new TransportError('OPTION_INVALID', { option, given: address, expected: 'an IPv4 address' })
}

/** @throws TransportError OPTION_INVALID unless it is the address of a group */
export const checkGroup = (option: string, group: string): string => {
  if (isGroup(group)) return group
  const expected = 'an address from 224.0.0.0 to 239.255.255.255'
  throw new TransportError('OPTION_INVALID', { option, given: group, expected })
}
