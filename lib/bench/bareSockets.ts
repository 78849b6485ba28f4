import { connect, createServer, type Server, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import type { Arrivals } from '@/bench/arrivals.js'
import { type Address, addressAt, type Berth, placeOf } from '@/bench/carrier.js'
import type { Serving } from '@/bench/contender.js'

/** Largest amount of bytes that Node holds for a bare socket before it says stop, as a connection of ours has it. */
const HIGH_WATER_MARK_BYTES = 2_097_152
const NO_DELAY = { noDelay: true }

/** What contenders on bare sockets listen with: `node:net` or `node:tls`, and nothing else. */
export const listenBare = (arrivals: Arrivals, berth: Berth, taken: (socket: Socket) => void): Promise<Serving> => {
  const open = new Set<Socket>()
  const begin = (socket: Socket): void => {
    open.add(socket)
    socket.on('error', (error) => arrivals.fail(error))
    socket.on('close', () => open.delete(socket))
    taken(socket)
  }
  const { carrier } = berth
  const server =
    carrier === 'tls'
      ? createTlsServer({ ...NO_DELAY, key: berth.key, cert: berth.cert }, begin)
      : createServer(NO_DELAY, begin)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(placeOf(berth), () => {
      resolve({
        address: addressAt(berth, portOf(server)),
        get openConnections() {
          return open.size
        },
        close: async () => {
          for (const socket of open) socket.destroy()
          await new Promise((closed) => server.close(closed))
        },
      })
    })
  })
}

/** The port of 127.0.0.1 that a server was given; 0 when it listens at a path. */
export const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A bare socket, once it is connected. */
export const connectBare = (address: Address): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const options = { ...placeOf(address), ...NO_DELAY, writableHighWaterMark: HIGH_WATER_MARK_BYTES }
    const socket = address.carrier === 'tls' ? connectTls({ ...options, ca: address.ca }) : connect(options)
    socket.once('error', reject)
    socket.once(address.carrier === 'tls' ? 'secureConnect' : 'connect', () => {
      socket.off('error', reject)
      // `node:tls` passes over the option of that name.
      socket.setNoDelay(true)
      resolve(socket)
    })
  })

/** Ends a bare socket; resolves when it is closed. */
export const endBare = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) return resolve()
    socket.once('close', () => resolve())
    socket.end()
  })
