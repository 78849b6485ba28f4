import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

/** One end of a WebSocket that knows no protocol: it sends what it is told to, and keeps what comes. */
export class WebSocketPeer implements AsyncDisposable {
  readonly received: Buffer[] = []
  /** How it ended, for both ends. */
  readonly closed: Promise<number>
  readonly #webSocket: WebSocket
  #waiting: (() => void)[] = []
  #over = false

  constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket
    webSocket.binaryType = 'nodebuffer'
    webSocket.on('error', () => {})
    webSocket.on('message', (data) => {
      if (Buffer.isBuffer(data)) this.received.push(data)
      this.#news()
    })
    this.closed = new Promise((resolve) =>
      webSocket.once('close', (code) => {
        this.#over = true
        this.#news()
        resolve(code)
      }),
    )
  }

  static async connect(url: string): Promise<WebSocketPeer> {
    const webSocket = new WebSocket(url)
    const peer = new WebSocketPeer(webSocket)
    await new Promise((resolve, reject) => webSocket.once('open', resolve).once('error', reject))
    return peer
  }

  send(message: Buffer | string): void {
    this.#webSocket.send(message)
  }

  /** Waits until so many messages have come, since the beginning. @param which only those count */
  async has(count: number, which: (message: Buffer) => boolean = () => true): Promise<void> {
    while (this.received.filter(which).length < count) {
      if (this.#over) throw new Error(`closed after ${this.received.length} messages`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  close(): void {
    this.#webSocket.close(1_000)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#webSocket.terminate()
    await this.closed
  }

  #news(): void {
    for (const tell of this.#waiting.splice(0)) tell()
  }
}

/** A server whose WebSockets are taken one after the other. */
export class WebSocketHost implements AsyncDisposable {
  readonly #server: WebSocketServer
  readonly #peers: WebSocketPeer[] = []
  #taken = 0
  #waiting: (() => void)[] = []

  private constructor(server: WebSocketServer) {
    this.#server = server
    server.on('connection', (webSocket) => {
      this.#peers.push(new WebSocketPeer(webSocket))
      for (const tell of this.#waiting.splice(0)) tell()
    })
  }

  static async open(): Promise<WebSocketHost> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/v1/websocket', perMessageDeflate: false })
    await new Promise((resolve) => server.once('listening', resolve))
    return new WebSocketHost(server)
  }

  get url(): string {
    const address: AddressInfo | string | null = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('it does not listen')
    return `ws://127.0.0.1:${address.port}/v1/websocket`
  }

  /** The next WebSocket that comes, or has come. */
  async next(): Promise<WebSocketPeer> {
    for (;;) {
      const peer = this.#peers[this.#taken]
      if (peer !== undefined) {
        this.#taken++
        return peer
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer[Symbol.asyncDispose]()))
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
