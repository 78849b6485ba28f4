import { isIP } from 'node:net'
import { type Clock, ConnectionDetails, systemClock } from '@/core/index.js'
import type { Role } from '@/framings/framing.js'
import { pcapngPacket, pcapngStart } from '@/lab/capture/pcapng.js'
import { TcpFlow } from '@/lab/capture/tcpFlow.js'
import type { Endpoint } from '@/lab/capture/tcpSegment.js'

/** How a capture tells the time. */
export interface CaptureOptions {
  /** The clock that the times of events are of. @default the system's */
  readonly clock?: Clock
  /** Milliseconds since 1970 at this moment; for specs. @default what the system says */
  readonly epochMs?: number
}

/** Addresses as `HOST:PORT`, as far as they are known. */
export type Addresses = Readonly<Partial<Record<Role, string>>>

/** Documentation addresses (RFC 5737), for ends that have none that is known: unix sockets, streams in memory. */
const UNKNOWN = { opener: '192.0.2.1', acceptor: '192.0.2.2' } as const
const UNKNOWN_PORT = 4_000
const FIRST_EPHEMERAL = 49_152
const EPHEMERALS = 65_536 - FIRST_EPHEMERAL

/** Writes connections as a pcapng file that Wireshark opens: each as IP packets with TCP, and comments on them. */
export class Capture {
  readonly #write: (bytes: Buffer) => void
  readonly #clock: Clock
  readonly #epochNs: bigint
  #flows = 0

  /** @param write takes the file, piece by piece; it begins at once */
  constructor(write: (bytes: Buffer) => void, options: CaptureOptions = {}) {
    this.#write = write
    this.#clock = options.clock ?? systemClock
    const epochMs = options.epochMs ?? Date.now()
    this.#epochNs = nanoseconds(epochMs) - nanoseconds(this.#clock.now())
    write(pcapngStart('framewright'))
  }

  /**
   * One more connection; its handshake is written at once.
   * @param atMs of the clock
   * @param comment on its first packet; what is not known of the addresses is said there, too
   */
  flow(addresses: Addresses, atMs: number, comment: string): TcpFlow {
    const number = this.#flows++
    const known = knownEnds(endpointOf(addresses.opener), endpointOf(addresses.acceptor))
    const port = FIRST_EPHEMERAL + (number % EPHEMERALS)
    const ends = known ?? {
      opener: { host: UNKNOWN.opener, port },
      acceptor: { host: UNKNOWN.acceptor, port: UNKNOWN_PORT },
    }
    const flow = new TcpFlow((at, packet, remark) => this.#packet(at, packet, remark), ends)
    flow.open(atMs, known !== undefined ? comment : `${comment}; the addresses are made up`)
    return flow
  }

  #packet(atMs: number, packet: Buffer, comment: string): void {
    this.#write(pcapngPacket(this.#epochNs + nanoseconds(atMs), packet, comment))
  }
}

/** Microseconds are as exact as a number can tell the time since 1970. */
const nanoseconds = (ms: number): bigint => BigInt(Math.round(ms * 1_000)) * 1_000n

/** Undefined for what is no IP address with a port. An IPv4 address in IPv6 clothes is an IPv4 address. */
const endpointOf = (address: string | undefined): Endpoint | undefined => {
  if (address === undefined || address.startsWith('unix:')) return undefined
  const { host, port } = ConnectionDetails.parse(address)
  const bare = host.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  return isIP(bare) === 0 ? undefined : { host: bare, port }
}

/** Undefined unless both are known; one packet has addresses of one kind. */
const knownEnds = (opener: Endpoint | undefined, acceptor: Endpoint | undefined) =>
  opener === undefined || acceptor === undefined || isIP(opener.host) !== isIP(acceptor.host)
    ? undefined
    : { opener, acceptor }
