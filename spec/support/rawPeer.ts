import { connect, createServer, type Server, type Socket } from 'node:net'
import { hex, toHex } from './hex.js'
import { portOf } from './portOf.js'

interface Reader {
  readonly count: number
  readonly resolve: (bytes: Buffer) => void
  readonly reject: (error: Error) => void
}

/** A peer that knows no protocol: it sends the bytes it is told to and waits for those it is told to expect. */
export class RawPeer implements AsyncDisposable {
  readonly socket: Socket
  /** How the other end ended its stream. */
  readonly ended: Promise<'fin' | 'rst'>
  /** The socket is gone. */
  readonly closed: Promise<void>
  #chunks: Buffer[] = []
  #unreadBytes = 0
  #readers: Reader[] = []
  #over: 'fin' | 'rst' | undefined
  #end: (how: 'fin' | 'rst') => void = () => {}

  /** @param socket made with `allowHalfOpen` */
  constructor(socket: Socket) {
    this.socket = socket
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.closed = new Promise((resolve) => {
      socket.once('close', () => resolve())
    })
    let reset = false
    socket.on('data', (chunk: Buffer) => this.#arrived(chunk))
    socket.on('end', () => this.#ended('fin'))
    socket.on('error', () => {
      reset = true
    })
    socket.on('close', () => this.#ended(reset ? 'rst' : 'fin'))
  }

  /** @param where a port of 127.0.0.1, or the path of a unix socket @param localAddress where it connects from */
  static connect(where: number | string, localAddress?: string): Promise<RawPeer> {
    return new Promise((resolve, reject) => {
      const target = typeof where === 'string' ? { path: where } : { host: '127.0.0.1', port: where }
      const from = localAddress === undefined ? {} : { localAddress }
      const socket = connect({ ...target, ...from, allowHalfOpen: true, noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new RawPeer(socket))
      })
    })
  }

  /** What has arrived and nobody has read. */
  get unread(): string {
    return toHex(Buffer.concat(this.#chunks))
  }

  /** @param bytes hex digits, or the bytes themselves */
  send(bytes: string | Uint8Array): this {
    this.socket.write(typeof bytes === 'string' ? hex(bytes) : bytes)
    return this
  }

  /** The next bytes of the other end. Rejects when it ends before. */
  read(count: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#readers.push({ count, resolve, reject })
      this.#serve()
    })
  }

  /** Waits for exactly these bytes. */
  async expect(digits: string): Promise<this> {
    const expected = toHex(hex(digits))
    const got = toHex(await this.read(expected.length / 2))
    if (got !== expected) throw new Error(`got ${got} where ${expected} was expected`)
    return this
  }

  /** Opens as tinyproto does, both ways. */
  open(): Promise<this> {
    return this.send('ff').expect('ff')
  }

  /** Sends no more. */
  fin(): this {
    this.socket.end()
    return this
  }

  /** What the other end sends from now on stays with the system. */
  stopReading(): this {
    this.socket.pause()
    return this
  }

  /** Breaks the connection. */
  rst(): this {
    this.socket.resetAndDestroy()
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
    await this.closed
  }

  #arrived(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#unreadBytes += chunk.length
    this.#serve()
  }

  #ended(how: 'fin' | 'rst'): void {
    this.#over ??= how
    this.#end(how)
    this.#serve()
  }

  #serve(): void {
    for (let reader = this.#readers[0]; reader !== undefined; reader = this.#readers[0]) {
      if (this.#unreadBytes < reader.count) {
        if (this.#over === undefined) return
        const have = this.#unreadBytes > 32 ? `${this.#unreadBytes} bytes` : `"${this.unread}"`
        reader.reject(new Error(`it ended (${this.#over}) with ${have} where ${reader.count} bytes were expected`))
      } else {
        const all = Buffer.concat(this.#chunks)
        reader.resolve(all.subarray(0, reader.count))
        this.#chunks = [all.subarray(reader.count)]
        this.#unreadBytes -= reader.count
      }
      this.#readers.shift()
    }
  }
}

/** Listens on 127.0.0.1 and knows no protocol. */
export class RawListener implements AsyncDisposable {
  readonly port: number
  readonly #listener: Server
  readonly #peers: RawPeer[] = []
  readonly #arrivals: RawPeer[] = []
  #waiting: ((peer: RawPeer) => void)[] = []

  private constructor(listener: Server) {
    this.#listener = listener
    this.port = portOf(listener)
    listener.on('connection', (socket) => this.#met(new RawPeer(socket)))
  }

  static open(): Promise<RawListener> {
    const listener = createServer({ allowHalfOpen: true, noDelay: true })
    return new Promise((resolve) => {
      listener.listen(0, '127.0.0.1', () => resolve(new RawListener(listener)))
    })
  }

  /** The next that connects. */
  next(): Promise<RawPeer> {
    const peer = this.#arrivals.shift()
    return peer === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(peer)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer[Symbol.asyncDispose]()))
    await new Promise((resolve) => this.#listener.close(resolve))
  }

  #met(peer: RawPeer): void {
    this.#peers.push(peer)
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#arrivals.push(peer)
    else waiting(peer)
  }
}
