import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** The socket that a stream is, or that it says it stands on by a member `socket`; undefined for others. */
export const socketBelow = (stream: unknown): Socket | undefined => {
  if (stream instanceof Socket) return stream
  return isOnSocket(stream) && stream.socket instanceof Socket ? stream.socket : undefined
}

const isOnSocket = (stream: unknown): stream is Duplex & { readonly socket: unknown } =>
  typeof stream === 'object' && stream !== null && 'socket' in stream
