import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import {
  type Address,
  addressAt,
  type Arrivals,
  type Berth,
  inHalves,
  lastLeft,
  placeOf,
  portOf,
  type Sending,
  type Serving,
} from 'framewright/bench'
import type { WebSocket } from 'ws'

/** Called before each `send`, with the socket that will carry it. */
export type BeforeSend = (socket: Socket) => void

const NO_DEFLATE = { perMessageDeflate: false }

/** A server of `ws`, without compression. */
export const serveWebSockets = async (arrivals: Arrivals, berth: Berth, before: BeforeSend): Promise<Serving> => {
  const { WebSocketServer } = await import('ws')
  const server = berth.carrier === 'tls' ? createTlsServer({ key: berth.key, cert: berth.cert }) : createServer()
  const webSockets = new WebSocketServer({ ...NO_DEFLATE, server })
  webSockets.on('connection', (webSocket, { socket }) => {
    const sendOne = senderOn(webSocket, socket, before)
    webSocket.on('message', (data) => tell(arrivals, data, sendOne))
    webSocket.on('error', (error) => arrivals.fail(error))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(placeOf(berth), resolve)
  })
  return {
    address: addressAt(berth, portOf(server)),
    get openConnections() {
      return webSockets.clients.size
    },
    close: async () => {
      for (const client of webSockets.clients) client.terminate()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** A client of `ws`, without compression. */
export const connectWebSocket = async (address: Address, replies: Arrivals, before: BeforeSend): Promise<Sending> => {
  const { webSocket, socket } = await opened(address)
  const sendOne = senderOn(webSocket, socket, before)
  webSocket.on('message', (data) => tell(replies, data))
  return {
    send: (messages) =>
      inHalves(messages, (first, end) => {
        for (let index = first; index < end - 1; index++) {
          before(socket)
          webSocket.send(messages.at(index))
        }
        return sendOne(messages.at(end - 1))
      }),
    sendOne,
    close: () =>
      new Promise((resolve) => {
        webSocket.once('close', () => resolve())
        webSocket.close()
      }),
  }
}

const senderOn =
  (webSocket: WebSocket, socket: Socket, before: BeforeSend) =>
  (message: Buffer): Promise<void> => {
    before(socket)
    return lastLeft((done) => webSocket.send(message, done))
  }

const tell = (arrivals: Arrivals, data: unknown, answer?: (message: Buffer) => Promise<void>): void => {
  if (Buffer.isBuffer(data)) arrivals.message(data, answer)
  else arrivals.fail(new Error('ws gave something other than a Buffer'))
}

const opened = async (address: Address): Promise<{ readonly webSocket: WebSocket; readonly socket: Socket }> => {
  const library = await import('ws')
  const options = address.carrier === 'tls' ? { ...NO_DEFLATE, ca: address.ca } : NO_DEFLATE
  return new Promise((resolve, reject) => {
    const webSocket = new library.WebSocket(urlOf(address), options)
    webSocket.once('error', reject)
    webSocket.once('upgrade', ({ socket }) => {
      webSocket.once('open', () => resolve({ webSocket, socket }))
    })
  })
}

const urlOf = (address: Address): string => {
  if (address.carrier === 'unix') return `ws+unix:${address.path}:/`
  return `${address.carrier === 'tls' ? 'wss' : 'ws'}://127.0.0.1:${address.port}`
}
