import { createSocket, type Socket } from 'node:dgram'
import { onAbort, throwIfRefused } from '@/core/abort.js'
import { Deferred } from '@/core/deferred.js'
import { systemError } from '@/core/systemError.js'

/** Where a socket is bound. */
export interface Binding {
  readonly host: string
  readonly port: number
  readonly reuseAddr: boolean
}

/**
 * A bound socket. With port 0 nobody else has its port, though others may join it later where `reuseAddr` allows that.
 * @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED, ABORTED; then nothing is bound
 */
export const boundSocket = async (binding: Binding, signal: AbortSignal | undefined): Promise<Socket> => {
  if (binding.port !== 0 || !binding.reuseAddr) return bind(binding, signal)
  // Of ports that may be shared, systems give out such as others have.
  const alone = await bind({ ...binding, reuseAddr: false }, signal)
  const { port } = alone.address()
  await shut(alone)
  return bind({ ...binding, port }, signal)
}

const bind = async (binding: Binding, signal: AbortSignal | undefined): Promise<Socket> => {
  throwIfRefused(signal)
  const { host, port, reuseAddr } = binding
  const socket = createSocket({ type: 'udp4', reuseAddr })
  const bound = new Deferred()
  const failed = (error: Error): void =>
    bound.reject(systemError(error, 'LISTEN_FAILED', { address: `${host}:${port}` }))
  socket.on('error', failed)
  socket.bind({ address: host, port, exclusive: true }, () => bound.resolve())
  onAbort(signal, bound.promise, (error) => bound.reject(error))
  try {
    await bound.promise
    socket.off('error', failed)
    return socket
  } catch (error) {
    await shut(socket)
    throw error
  }
}

/** Resolves when the socket is closed. */
export const shut = (socket: Socket): Promise<void> => new Promise((resolve) => socket.close(() => resolve()))
