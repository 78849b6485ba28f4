import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ConnectionDetails } from '@/core/details.js'

/** The other end's address as `HOST:PORT`, where the stream is a socket that has one. */
export const remoteOf = (stream: Duplex): string | undefined =>
  stream instanceof Socket && stream.remoteAddress !== undefined
    ? new ConnectionDetails(stream.remoteAddress, stream.remotePort ?? 0).toString()
    : undefined
