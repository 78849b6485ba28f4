import { ConnectionDetails } from '@/core/index.js'

/** Where a peer listens for messages, which is also what it is called: `["127.0.0.1", 49883]` on the wire. */
export type PeerAddress = readonly [host: string, port: number]

const MAX_HOST_LENGTH = 253

/** An address out of a JSON value, or undefined when it is none. */
export const readPeerAddress = (value: unknown): PeerAddress | undefined => {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [host, port]: readonly unknown[] = value
  if (typeof host !== 'string' || host.length > MAX_HOST_LENGTH || typeof port !== 'number' || port < 1)
    return undefined
  try {
    return [new ConnectionDetails(host, port).host, port]
  } catch {
    return undefined
  }
}

/** `HOST:PORT`; the same text for the same address. */
export const peerName = ([host, port]: PeerAddress): string => `${host}:${port}`

export const samePeer = (one: PeerAddress, other: PeerAddress): boolean => one[0] === other[0] && one[1] === other[1]

/** The host of `HOST:PORT`; empty when there is none, as on a socket whose other end is gone before it is looked at. */
export const hostOf = (remoteAddress: string | undefined): string =>
  remoteAddress === undefined ? '' : remoteAddress.slice(0, remoteAddress.lastIndexOf(':'))
