import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ConnectionDetails } from '@/core/details.js'

/** The other end's address as `HOST:PORT`, where the stream is a socket that has one. */
export const remoteOf = (stream: Duplex): string | undefined =>
  stream instanceof Socket ? addressOf(stream.remoteAddress, stream.remotePort) : undefined

/** The addresses of both ends, as far as they are known. */
export const endsOf = (stream: Duplex): { readonly local?: string; readonly remote?: string } => {
  const local = stream instanceof Socket ? addressOf(stream.localAddress, stream.localPort) : undefined
  const remote = remoteOf(stream)
  return { ...(local === undefined ? {} : { local }), ...(remote === undefined ? {} : { remote }) }
}

const addressOf = (host: string | undefined, port: number | undefined): string | undefined =>
  host === undefined || port === undefined ? undefined : new ConnectionDetails(host, port).toString()
