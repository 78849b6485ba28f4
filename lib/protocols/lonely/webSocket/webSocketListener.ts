import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Duplex } from 'node:stream'
import type { TlsOptions } from 'node:tls'
import type { WebSocketServer } from 'ws'
import { type AddressLike, type Clock, ConnectionDetails, systemError } from '@/core/index.js'
import { loadWs } from '@/protocols/lonely/webSocket/loadWs.js'
import { WebSocketStream } from '@/protocols/lonely/webSocket/webSocketStream.js'
import { TransportError } from '@/errors.js'

/** How WebSockets are listened for. */
export interface WebSocketListenerOptions {
  readonly listen: AddressLike
  readonly path: string
  readonly tls: TlsOptions | undefined
  /** Largest message accepted, in bytes. */
  readonly maxMessageBytes: number
  /** A request must be whole within this time. */
  readonly openingTimeoutMs: number
  /** Sockets at once, those that are not upgraded included. */
  readonly maxSockets: number
  readonly clock: Clock
  readonly pingMs: number
  /** What belongs to no connection, such as a want of file descriptors. */
  failed(error: Error): void
}

const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/** Listens for WebSockets at one address and path, and hands each on as a stream. */
export class WebSocketListener {
  readonly #http: HttpServer
  readonly #webSockets: WebSocketServer
  readonly #options: WebSocketListenerOptions
  readonly #accept: (stream: WebSocketStream) => void
  /** Sockets that have not become WebSockets. */
  readonly #early = new Set<Duplex>()

  private constructor(
    http: HttpServer,
    webSockets: WebSocketServer,
    options: WebSocketListenerOptions,
    accept: (stream: WebSocketStream) => void,
  ) {
    this.#http = http
    this.#webSockets = webSockets
    this.#options = options
    this.#accept = accept
    http.maxConnections = options.maxSockets
    http.on('connection', (socket) => {
      this.#early.add(socket)
      socket.once('close', () => this.#early.delete(socket))
    })
    http.on('request', (_request, response) => response.writeHead(404, { connection: 'close' }).end())
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** @throws TransportError PACKAGE_MISSING, LISTEN_FAILED, ADDRESS_IN_USE, ADDRESS_INVALID */
  static async open(
    options: WebSocketListenerOptions,
    accept: (stream: WebSocketStream) => void,
  ): Promise<WebSocketListener> {
    const details = ConnectionDetails.from(options.listen)
    const { WebSocketServer: Sockets } = await loadWs()
    const timeouts = { headersTimeout: options.openingTimeoutMs, requestTimeout: options.openingTimeoutMs }
    const http =
      options.tls === undefined ? createServer(timeouts) : createSecureServer({ ...timeouts, ...options.tls })
    const { maxMessageBytes: maxPayload } = options
    const common = { perMessageDeflate: false, maxPayload, autoPong: false }
    const webSockets = new Sockets({ noServer: true, clientTracking: false, ...common })
    const listener = new WebSocketListener(http, webSockets, options, accept)
    await listener.#listen(details)
    http.on('error', (error) => options.failed(error))
    return listener
  }

  /** Where it listens, with the port the system has picked. */
  get address(): ConnectionDetails {
    const address = this.#http.address()
    if (address === null) throw new TransportError('NOT_OPEN', { what: 'listener' })
    return typeof address === 'string'
      ? ConnectionDetails.unix(address)
      : new ConnectionDetails(address.address, address.port)
  }

  /** Stops accepting. WebSockets that are open stay. */
  stop(): void {
    this.#http.close()
    for (const socket of this.#early) socket.destroy()
    this.#early.clear()
  }

  #listen({ host, port, path }: ConnectionDetails): Promise<void> {
    return new Promise((resolve, reject) => {
      const address = path ?? `${host}:${port}`
      const failed = (error: Error): void => reject(systemError(error, 'LISTEN_FAILED', { address }))
      this.#http.once('error', failed)
      this.#http.listen(path === undefined ? { host, port } : { path }, () => {
        this.#http.off('error', failed)
        resolve()
      })
    })
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const [path] = (request.url ?? '').split('?')
    if (path !== this.#options.path) return void socket.on('error', ignore).end(NOT_FOUND)
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#early.delete(socket)
      const { maxMessageBytes, clock, pingMs } = this.#options
      this.#accept(new WebSocketStream(webSocket, { socket, maxMessageBytes, clock, pingMs }))
    })
  }
}

const ignore = (): void => {}
