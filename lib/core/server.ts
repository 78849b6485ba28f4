import { createServer, type Server as NetServer, Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import type { Connection } from '@/core/connection.js'
import { type AddressLike, ConnectionDetails } from '@/core/details.js'
import { hookError } from '@/core/hookLoop.js'
import { isPromise } from '@/core/hooks.js'
import { Host, type HostOptions } from '@/core/host.js'
import { boundTo, listenAt, stopListening } from '@/core/listening.js'
import { checkRanges } from '@/core/options.js'
import { systemError } from '@/core/systemError.js'
import { ALPN } from '@/core/tlsNames.js'
import { turnAway } from '@/core/turnAway.js'
import { TransportError } from '@/errors.js'

/** The numbers of a server. */
interface ServerLimits {
  /** Connections at once. 1 to 1_000_000. @default 16_384 */
  readonly connectionLimit?: number
  /** Connections at once from one address. 1 to 1_000_000. @default 1_024 */
  readonly connectionLimitPerAddress?: number
  /** Connections the system keeps waiting for us. 1 to 65_535. @default 511 */
  readonly backlog?: number
}

/** How a server listens and how its connections behave. */
export interface ServerOptions<C extends Connection = Connection> extends HostOptions<C>, ServerLimits {
  /** Where to listen; `addAddr` adds more. @default [] */
  readonly listen?: readonly AddressLike[]
  /** Certificate and key, and what else `node:tls` takes; `requestCert` and `ca` make it mutual. @default no TLS */
  readonly tls?: TlsOptions
}

/** Defaults and ranges. */
export const SERVER_RANGES = {
  connectionLimit: [16_384, 1, 1_000_000],
  connectionLimitPerAddress: [1_024, 1, 1_000_000],
  backlog: [511, 1, 65_535],
} as const

/** How a drain went, in connections. */
export interface DrainReport {
  /** Ended in good order. */
  readonly finished: number
  /** Ended because the other end announced a message after the drain had begun; it has been told. */
  readonly refused: number
  /** Failed, or were still at it at the deadline. */
  readonly cut: number
}

/**
 * Listens at its addresses and puts a connection of its class on each socket. Extend it for hooks of its own; those
 * of a server run beside those of its connections, and a throw in one hurts nobody else.
 */
export abstract class Server<C extends Connection = Connection> extends Host<C> {
  readonly #tls: TlsOptions | undefined
  readonly #limits: Readonly<Required<ServerLimits>>
  #connectionLimit: number
  #addresses: ConnectionDetails[] = []
  #listeners: NetServer[] = []
  #state: 'idle' | 'starting' | 'listening' | 'stopping' = 'idle'
  readonly #perAddress = new Map<string, number>()
  #drained: { finished: number; refused: number; cut: number } | undefined
  #emptied: (() => void) | undefined

  constructor(options: ServerOptions<C> = {}) {
    super(options)
    this.#limits = checkRanges<ServerLimits>(options, SERVER_RANGES)
    this.#connectionLimit = this.#limits.connectionLimit
    this.#tls = options.tls
    for (const address of options.listen ?? []) this.addAddr(address)
  }

  // Hooks.

  /** Before the opening handshake of each connection, which is not in `activeConnections` yet. A throw drops it. */
  protected connInit(_id: string, _connection: C): void | Promise<void> {}

  /** After each connection's `postLoop`, however it ended; it has left `activeConnections`. */
  protected connShutdown(_id: string, _connection: C, _cause: Error | undefined): void | Promise<void> {}

  // Use.

  /** Adds an address to listen at: `PORT`, `HOST:PORT`, `[::1]:PORT`, `:PORT` for all, `unix:/path`. Port 0 picks one. */
  addAddr(address: AddressLike): this {
    if (this.#state !== 'idle') throw new TransportError('ALREADY_STARTED', { what: 'server' })
    this.#addresses.push(ConnectionDetails.from(address))
    return this
  }

  /** Where the server listens, with the ports the system has picked; empty while it does not. */
  get addresses(): readonly ConnectionDetails[] {
    return this.#listeners.map(boundTo)
  }

  get connectionLimit(): number {
    return this.#connectionLimit
  }

  /** Takes effect with the next connection; those that are there stay. */
  set connectionLimit(limit: number) {
    const { connectionLimit } = checkRanges<ServerLimits>({ ...this.#limits, connectionLimit: limit }, SERVER_RANGES)
    this.#connectionLimit = connectionLimit
    for (const listener of this.#listeners) listener.maxConnections = connectionLimit + UNBORN
  }

  /**
   * Runs `preLoop` and listens at every address; resolves when it does.
   * @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED, ADDRESS_INVALID when there is no address, HOOK_FAILED; then it listens nowhere and may be
   * started again
   */
  async start(): Promise<void> {
    if (this.#state !== 'idle') throw new TransportError('ALREADY_STARTED', { what: 'server' })
    if (this.#addresses.length === 0) throw new TransportError('ADDRESS_INVALID', { try: 'addAddr(4000) before start' })
    this.#state = 'starting'
    try {
      await this.startLoop()
      for (const address of this.#addresses) this.#listeners.push(await this.#listen(address))
      this.#state = 'listening'
    } catch (error) {
      await this.#stop()
      throw error
    }
  }

  /** Stops listening and closes every connection in good order. Resolves when all are gone and `postLoop` has run. */
  async close(options: { readonly deadlineMs?: number } = {}): Promise<void> {
    const closing = stopListening(this.#listeners)
    const deadlineMs = options.deadlineMs ?? this.settings.closeTimeoutMs
    await Promise.allSettled(this.links.map((link) => link.ending.close(deadlineMs)))
    await this.#empty()
    await closing
    await this.#stop()
  }

  /** Stops listening and destroys every connection. */
  async destroy(): Promise<void> {
    for (const link of this.links) link.ending.destroy(undefined)
    await this.close()
  }

  /**
   * Stops listening, lets what has been started be finished, refuses what is announced meanwhile, and closes each
   * connection as soon as nothing is under way on it.
   * @param options after `deadlineMs`, 10_000 unless given, what is left is cut
   */
  async drain(options: { readonly deadlineMs?: number } = {}): Promise<DrainReport> {
    const report = { finished: 0, refused: 0, cut: 0 }
    this.#drained = report
    const closing = stopListening(this.#listeners)
    const cut = this.commons.clock.after(options.deadlineMs ?? 10_000, () => {
      for (const link of this.links) link.ending.destroy(new TransportError('CLOSE_TIMEOUT'))
    })
    for (const link of this.links) link.ending.drain()
    await this.#empty()
    cut()
    await closing
    await this.#stop()
    this.#drained = undefined
    return report
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  protected override mostConnections(): number {
    return this.#connectionLimit
  }

  protected override connectionEnded(id: string, connection: C, cause: Error | undefined): void {
    this.#countOut(connection.socket)
    this.#countDrained(cause)
    void this.guard('connShutdown', () => this.connShutdown(id, connection, cause))
    if (this.activeConnections.size === 0) this.#emptied?.()
  }

  #countDrained(cause: Error | undefined): void {
    if (this.#drained === undefined) return
    if (cause === undefined) this.#drained.finished++
    else if (cause instanceof TransportError && cause.code === 'DRAINING') this.#drained.refused++
    else this.#drained.cut++
  }

  #listen(address: ConnectionDetails): Promise<NetServer> {
    const common = { allowHalfOpen: true, noDelay: true }
    if (this.#tls === undefined)
      return this.#opened(
        createServer(common, (socket) => this.#accept(socket)),
        address,
      )
    const handshakeTimeout = this.settings.openingTimeoutMs
    const server = createTlsServer({ ALPNProtocols: [ALPN], handshakeTimeout, ...this.#tls, noDelay: true })
    // Set on the server, Node would never notice the end of a client that goes away during its TLS handshake.
    server.on('secureConnection', (socket) => {
      socket.allowHalfOpen = true
      this.#accept(socket)
    })
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    return this.#opened(server, address)
  }

  async #opened(server: NetServer, address: ConnectionDetails): Promise<NetServer> {
    server.maxConnections = this.#connectionLimit + UNBORN
    server.on('error', (error) => {
      // Once it listens, a failure such as a want of file descriptors passes; before, `listenAt` reports it.
      if (server.listening) void this.guard('listen', () => this.errorRaised(systemError(error, 'LISTEN_FAILED')))
    })
    return listenAt(server, address, this.#limits.backlog)
  }

  #accept(socket: Socket): void {
    const from = socket.remoteAddress ?? ''
    if (this.#state !== 'listening' || this.#isFull(from)) return turnAway(socket, this.settings, this.commons)
    let connection: C
    try {
      connection = this.createConnection()
    } catch (error) {
      socket.destroy()
      void this.guard('createConnection', () => this.errorRaised(hookError('createConnection', error)))
      return
    }
    this.#perAddress.set(from, (this.#perAddress.get(from) ?? 0) + 1)
    this.#init(this.newId(), connection, socket)
  }

  #init(id: string, connection: C, socket: Socket): void {
    const dropped = (error: unknown): void => {
      this.#countOut(socket)
      socket.destroy()
      void this.guard('connInit', () => this.errorRaised(hookError('connInit', error)))
    }
    const go = (): void => void this.adopt(connection, id, socket, 'acceptor')
    try {
      const result = this.connInit(id, connection)
      if (!isPromise(result)) return go()
      socket.on('error', ignore)
      result.then(go, dropped)
    } catch (error) {
      dropped(error)
    }
  }

  #isFull(from: string): boolean {
    if (this.activeConnections.size >= this.#connectionLimit) return true
    return from !== '' && (this.#perAddress.get(from) ?? 0) >= this.#limits.connectionLimitPerAddress
  }

  #countOut(socket: unknown): void {
    // The socket knows where it came from even after its end.
    const from = (socket instanceof Socket ? socket.remoteAddress : undefined) ?? ''
    const left = (this.#perAddress.get(from) ?? 1) - 1
    if (left === 0) this.#perAddress.delete(from)
    else this.#perAddress.set(from, left)
  }

  /** Resolves when no connection is left. */
  #empty(): Promise<void> {
    if (this.activeConnections.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const before = this.#emptied
      this.#emptied = () => {
        before?.()
        resolve()
      }
    })
  }

  async #stop(): Promise<void> {
    await stopListening(this.#listeners)
    this.#listeners = []
    await this.stopLoop()
    this.#state = 'idle'
  }
}

/** Sockets beyond the limit that may be in their TLS handshake, or being turned away, at once. */
const UNBORN = 1_024
const ignore = (): void => {}
