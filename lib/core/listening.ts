import { lstat, unlink } from 'node:fs/promises'
import { connect, type Server as NetServer } from 'node:net'
import { ConnectionDetails } from '@/core/details.js'
import { systemCode, systemError } from '@/core/systemError.js'
import { TransportError } from '@/errors.js'

/**
 * Listens at `address`; gives the server back once it does. The file of a unix socket that nobody listens on any more, as a
 * program leaves it behind that was killed, is taken over.
 * @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED
 */
export const listenAt = async (server: NetServer, address: ConnectionDetails, backlog: number): Promise<NetServer> => {
  try {
    return await listening(server, address, backlog)
  } catch (error) {
    const { path } = address
    if (path === undefined || systemCode(error) !== 'EADDRINUSE' || !(await removedIfDead(path)))
      throw systemError(error, 'LISTEN_FAILED', { address: address.toString() })
  }
  return listenAt(server, address, backlog)
}

const listening = (server: NetServer, { host, port, path }: ConnectionDetails, backlog: number): Promise<NetServer> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path === undefined ? { host, port, backlog } : { path, backlog }, () => {
      server.off('error', reject)
      resolve(server)
    })
  })

/** Removes a socket that refuses connections, and nothing else: no plain file, and no socket that came meanwhile. */
const removedIfDead = async (path: string): Promise<boolean> => {
  try {
    const found = await lstat(path)
    if (!found.isSocket() || (await answers(path))) return false
    const { ino } = await lstat(path)
    if (ino !== found.ino) return false
    await unlink(path)
    return true
  } catch {
    return false
  }
}

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    const settle = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', (error) => settle(systemCode(error) !== 'ECONNREFUSED'))
  })

/** Stops accepting at once. Resolves when the listening sockets are closed, which is when the last connection is. */
export const stopListening = async (servers: readonly NetServer[]): Promise<void> => {
  const open = servers.filter((server) => server.listening)
  await Promise.all(open.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))))
}

/** Where a server really listens. */
export const boundTo = (server: NetServer): ConnectionDetails => {
  const address = server.address()
  if (address === null) throw new TransportError('NOT_OPEN', { what: 'listener' })
  return typeof address === 'string'
    ? ConnectionDetails.unix(address)
    : new ConnectionDetails(address.address, address.port)
}
