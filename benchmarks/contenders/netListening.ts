import { createServer, type Server, type Socket } from 'node:net'
import type { Arrivals, Serving } from 'framewright/bench'

/** What every bare contender listens with: `node:net` and nothing else. */
export const listenBare = (arrivals: Arrivals, taken: (socket: Socket) => void): Promise<Serving> => {
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket)
    socket.on('error', (error) => arrivals.fail(error))
    socket.on('close', () => open.delete(socket))
    taken(socket)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      resolve({
        port: portOf(server),
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

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
