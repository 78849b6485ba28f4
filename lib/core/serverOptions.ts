import type { TlsOptions } from 'node:tls'
import type { Connection } from '@/core/connection.js'
import type { AddressLike } from '@/core/details.js'
import type { HostOptions } from '@/core/host.js'

/** The numbers of a server. */
export interface ServerLimits {
  /** Connections at once. 1 to 1_000_000. @default 16_384 */
  readonly connectionLimit?: number
  /** Connections at once from one address. 1 to 1_000_000. @default 1_024 */
  readonly connectionLimitPerAddress?: number
  /**
   * Connections at once from one address that have not opened: in their TLS or opening handshake, or being turned away.
   * 1 to 1_000_000. @default 1_024
   */
  readonly openingLimitPerAddress?: number
  /** Connections the system keeps waiting for us. 1 to 65_535. @default 511 */
  readonly backlog?: number
}

/** How a server listens and how its connections behave. */
export interface ServerOptions<C extends Connection = Connection> extends HostOptions<C>, ServerLimits {
  /** Where to listen; `addAddr` adds more. @default [] */
  readonly listen?: readonly AddressLike[]
  /** Certificate and key, and what else `node:tls` takes; `requestCert` and `ca` make it mutual. @default no TLS */
  readonly tls?: TlsOptions
}

/** Defaults and ranges. */
export const SERVER_RANGES = {
  connectionLimit: [16_384, 1, 1_000_000],
  connectionLimitPerAddress: [1_024, 1, 1_000_000],
  openingLimitPerAddress: [1_024, 1, 1_000_000],
  backlog: [511, 1, 65_535],
} as const
