import type { WebSocket } from 'ws'
import type { Arrivals, Contender, Serving } from 'framewright/bench'
import { inHalves, lastLeft } from './inHalves.js'

/** `ws` as it is used: one `send` a message, binary, no compression. */
export const wsBinary: Contender = {
  name: 'ws',
  module: import.meta.url,
  needs: ['ws'],
  serve: (arrivals) => serve(arrivals),
  connect: async (port) => {
    const socket = await connected(port)
    return {
      send: (messages) =>
        inHalves(messages, (first, end) => {
          for (let index = first; index < end - 1; index++) socket.send(messages.at(index))
          return lastLeft((done) => socket.send(messages.at(end - 1), done))
        }),
      close: () =>
        new Promise((resolve) => {
          socket.once('close', () => resolve())
          socket.close()
        }),
    }
  },
}

const serve = async (arrivals: Arrivals): Promise<Serving> => {
  const { WebSocketServer } = await import('ws')
  return new Promise((resolve, reject) => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
    server.on('connection', (socket) => {
      socket.on('message', (data) => {
        if (Buffer.isBuffer(data)) arrivals.message(data)
        else arrivals.fail(new Error('ws gave something other than a Buffer'))
      })
      socket.on('error', (error) => arrivals.fail(error))
    })
    server.once('error', reject)
    server.once('listening', () => {
      const address = server.address()
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        get openConnections() {
          return server.clients.size
        },
        close: async () => {
          for (const client of server.clients) client.terminate()
          await new Promise((closed) => server.close(closed))
        },
      })
    })
  })
}

const connected = async (port: number): Promise<WebSocket> => {
  const library = await import('ws')
  return new Promise((resolve, reject) => {
    const socket = new library.WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    socket.once('error', reject)
    socket.once('open', () => resolve(socket))
  })
}
