import type { Duplex } from 'node:stream'
import { ConnectionDetails } from '@/core/details.js'
import { socketBelow } from '@/core/socketBelow.js'

/** The other end's address as `HOST:PORT`, where the stream is, or stands on, a socket that has one. */
export const remoteOf = (stream: Duplex): string | undefined => {
  const socket = socketBelow(stream)
  return addressOf(socket?.remoteAddress, socket?.remotePort)
}

/** The addresses of both ends, as far as they are known. */
export const endsOf = (stream: Duplex): { readonly local?: string; readonly remote?: string } => {
  const socket = socketBelow(stream)
  const local = addressOf(socket?.localAddress, socket?.localPort)
  const remote = remoteOf(stream)
  return { ...(local === undefined ? {} : { local }), ...(remote === undefined ? {} : { remote }) }
}

const addressOf = (host: string | undefined, port: number | undefined): string | undefined =>
  host === undefined || port === undefined ? undefined : new ConnectionDetails(host, port).toString()
