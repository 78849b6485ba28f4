import type { Server as NetServer } from 'node:net'
import { ConnectionDetails } from '@/core/details.js'
import { systemError } from '@/core/systemError.js'
import { TransportError } from '@/errors.js'

/** Listens at `address`; gives the server back once it does. @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED */
export const listenAt = (server: NetServer, address: ConnectionDetails, backlog: number): Promise<NetServer> =>
  new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(systemError(error, 'LISTEN_FAILED', { address: address.toString() }))
    server.once('error', failed)
    const { host, port, path } = address
    server.listen(path === undefined ? { host, port, backlog } : { path, backlog }, () => {
      server.off('error', failed)
      resolve(server)
    })
  })

/** Stops accepting at once. Resolves when the listening sockets are closed, which is when the last connection is. */
export const stopListening = async (servers: readonly NetServer[]): Promise<void> => {
  const listening = servers.filter((server) => server.listening)
  await Promise.all(listening.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))))
}

/** Where a server really listens. */
export const boundTo = (server: NetServer): ConnectionDetails => {
  const address = server.address()
  if (address === null) throw new TransportError('NOT_OPEN', { what: 'listener' })
  return typeof address === 'string'
    ? ConnectionDetails.unix(address)
    : new ConnectionDetails(address.address, address.port)
}
