import { createServer, type Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TlsOptions } from 'node:tls'
import { type Abortable, type CloseOptions, throwIfRefused } from '@/core/abort.js'
import { Admission } from '@/core/admission.js'
import { Deferred } from '@/core/deferred.js'
import type { Connection } from '@/core/connection.js'
import { type AddressLike, ConnectionDetails } from '@/core/details.js'
import { hookError, hookFailure } from '@/core/hookLoop.js'
import { isPromise } from '@/core/hooks.js'
import { Host } from '@/core/host.js'
import { boundTo, listenAt, stopListening } from '@/core/listening.js'
import { checkList, checkRanges, type ConnectionOptions, deadlineOf, overridden } from '@/core/options.js'
import { SERVER_RANGES, type ServerLimits, type ServerOptions } from '@/core/serverOptions.js'
import { systemError } from '@/core/systemError.js'
import { tcpOptions } from '@/core/tcpOptions.js'
import { TlsHellos } from '@/core/tlsHellos.js'
import { drop, turnAway } from '@/core/turnAway.js'
import { TransportError } from '@/errors.js'

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
  readonly #admission: Admission
  readonly #hellos: TlsHellos
  /** Sockets whose `connInit` has not returned. */
  readonly #newcomers = new Map<Duplex, ConnectionOptions | undefined>()
  #addresses: ConnectionDetails[] = []
  #listeners: NetServer[] = []
  #state: 'idle' | 'starting' | 'listening' | 'stopping' = 'idle'
  #starting: Promise<void> | undefined
  #drained: { finished: number; refused: number; cut: number } | undefined
  /** Calls of `connShutdown` that have not returned, and who waits for them. */
  #shuttingDown = 0
  #allShutDown: Deferred | undefined

  constructor(options: ServerOptions<C> = {}) {
    super(options)
    this.#limits = checkRanges<ServerLimits>(options, SERVER_RANGES)
    this.#admission = new Admission(this.#limits)
    this.#hellos = new TlsHellos(this.#admission, (socket, error) => drop(socket, this.commons.clock, error))
    this.#tls = options.tls
    for (const address of checkList('listen', options.listen ?? [])) this.addAddr(address)
  }

  // Hooks.

  /** Before the opening handshake of each connection, which is not in `activeConnections` yet. A throw drops it. */
  protected connInit(_id: string, _connection: C): void | Promise<void> {}

  /** After each connection's `postLoop`, however it ended; it has left `activeConnections`. Has `closeTimeoutMs`; `close` waits for it. */
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
    return this.#listeners.filter((listener) => listener.listening).map(boundTo)
  }

  /** The first of `addresses`. @throws TransportError NOT_OPEN while the server does not listen */
  get address(): ConnectionDetails {
    const [first] = this.addresses
    if (first === undefined) throw new TransportError('NOT_OPEN', { what: 'server' })
    return first
  }

  get connectionLimit(): number {
    return this.#admission.limit
  }

  /** Takes effect with the next connection; those that are there stay. */
  set connectionLimit(limit: number) {
    const { connectionLimit } = checkRanges<ServerLimits>({ ...this.#limits, connectionLimit: limit }, SERVER_RANGES)
    const connected = [...this.activeConnections.values()].map((connection) => connection.socket)
    this.#admission.change(connectionLimit, [...this.#newcomers.keys(), ...connected])
    for (const listener of this.#listeners) listener.maxConnections = connectionLimit + UNBORN
  }

  /**
   * Runs `preLoop` and listens at every address; resolves when it does.
   * @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED, ADDRESS_INVALID when there is no address, HOOK_FAILED, ABORTED;
   * then it listens nowhere and may be started again
   */
  async start({ signal }: Abortable = {}): Promise<void> {
    throwIfRefused(signal)
    if (this.#state !== 'idle') throw new TransportError('ALREADY_STARTED', { what: 'server' })
    if (this.#addresses.length === 0 && !this.listensElsewhere)
      throw new TransportError('ADDRESS_INVALID', { try: 'addAddr(4000) before start' })
    this.#state = 'starting'
    // `preLoop` may call `close`, which waits for this.
    this.#starting = Promise.resolve().then(() => this.#start(signal))
    await this.#starting
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.startLoop(signal)
      for (const address of this.#addresses) {
        throwIfRefused(signal)
        const listener = await this.#listen(address)
        this.#listeners.push(listener)
      }
      this.#state = 'listening'
    } catch (error) {
      await this.#stop()
      throw error
    }
  }

  /** Stops listening and closes every connection in good order. Resolves when all are gone and `postLoop` has run. */
  async close(options: CloseOptions = {}): Promise<void> {
    const deadlineMs = deadlineOf(options, this.settings.closeTimeoutMs)
    await this.cutBy(options.signal, this.#close(deadlineMs))
  }

  async #close(deadlineMs: number): Promise<void> {
    const closing = await this.#stopAccepting()
    await Promise.allSettled(this.links.map((link) => link.ending.close(deadlineMs)))
    await this.whenEmpty(deadlineMs)
    await closing.done
    await this.#stop()
  }

  /** Stops listening and destroys every connection. */
  async destroy(): Promise<void> {
    const accepting = this.#stopAccepting()
    this.destroyAll(undefined)
    await accepting
    await this.close()
  }

  /**
   * Stops listening, lets what has been started be finished, refuses what is announced meanwhile, and closes each
   * connection as soon as nothing is under way on it.
   * @param options after `deadlineMs`, 10_000 unless given, what is left is cut
   */
  async drain(options: CloseOptions = {}): Promise<DrainReport> {
    const deadlineMs = deadlineOf(options, DRAIN_MS)
    return this.cutBy(options.signal, this.#drain(deadlineMs))
  }

  async #drain(deadlineMs: number): Promise<DrainReport> {
    const report = (this.#drained ??= { finished: 0, refused: 0, cut: 0 })
    const closing = await this.#stopAccepting()
    for (const link of this.links) link.ending.drain()
    await this.whenEmpty(deadlineMs, new TransportError('CLOSE_TIMEOUT', { deadlineMs }))
    await closing.done
    await this.#stop()
    this.#drained = undefined
    return report
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** @internal */
  protected override mostConnections(): number {
    return this.#admission.limit
  }

  /** @internal */
  protected override connectionOpened(stream: Duplex): void {
    this.#admission.opened(stream)
  }

  /** @internal */
  protected override connectionEnded(id: string, connection: C, cause: Error | undefined): void {
    this.#admission.leave(connection.socket)
    this.#countDrained(cause)
    this.#shuttingDown++
    void this.lastHook('connShutdown', () => this.connShutdown(id, connection, cause)).then(() => {
      if (--this.#shuttingDown === 0) this.#allShutDown?.resolve()
    })
  }

  #countDrained(cause: Error | undefined): void {
    if (this.#drained === undefined) return
    if (cause === undefined) this.#drained.finished++
    else if (cause instanceof TransportError && cause.code === 'DRAINING') this.#drained.refused++
    else this.#drained.cut++
  }

  #listen(address: ConnectionDetails): Promise<NetServer> {
    const tcp = tcpOptions(this.settings.keepAliveMs)
    const accept = (socket: Duplex): void => this.accept(socket)
    if (this.#tls === undefined) return this.#opened(createServer({ allowHalfOpen: true, ...tcp }, accept), address)
    const options = { handshakeTimeout: this.settings.openingTimeoutMs, ...tcp, ...this.#tls }
    return this.#opened(this.#hellos.createServer(options, accept), address)
  }

  async #opened(server: NetServer, address: ConnectionDetails): Promise<NetServer> {
    server.maxConnections = this.#admission.limit + UNBORN
    server.on('error', (error) => {
      // Once it listens, a failure such as a want of file descriptors passes; before, `listenAt` reports it.
      if (server.listening) this.raise(systemError(error, 'LISTEN_FAILED'))
    })
    return listenAt(server, address, this.#limits.backlog)
  }

  /** Connections come in some other way than through `addAddr`, so a server without addresses may start. */
  protected get listensElsewhere(): boolean {
    return false
  }

  /**
   * Puts a connection on a stream, under the same limits and hooks as on one that came in through an address.
   * @param own what differs from the options of the other connections
   */
  protected accept(stream: Duplex, own?: ConnectionOptions): void {
    // Not even to be turned away: so many of its address are at the door that nobody else would get there.
    if (!this.#admission.knock(stream)) return drop(stream, this.commons.clock)
    if (this.#state !== 'listening' || !this.#admission.enter(stream)) return this.#turnAway(stream, own)
    let connection: C
    try {
      connection = this.createConnection()
    } catch (error) {
      this.#admission.leave(stream)
      stream.destroy()
      this.raise(hookError('createConnection', error))
      return
    }
    this.#init(this.newId(), connection, stream, own)
  }

  #init(id: string, connection: C, socket: Duplex, own: ConnectionOptions | undefined): void {
    const dropped = (error: unknown): void => {
      this.#newcomers.delete(socket)
      this.#admission.leave(socket)
      socket.destroy()
      this.raise(hookFailure('connInit', error))
    }
    const go = (): unknown => this.adopt(connection, id, socket, 'acceptor', own)
    const goLate = (): void => {
      if (this.#newcomers.delete(socket)) go()
      else this.#admission.leave(socket)
    }
    try {
      const result = this.connInit(id, connection)
      if (!isPromise(result)) return void go()
      socket.on('error', ignore)
      this.#newcomers.set(socket, own)
      Promise.resolve(result).then(goLate).catch(dropped)
    } catch (error) {
      dropped(error)
    }
  }

  #turnAway(stream: Duplex, own?: ConnectionOptions): void {
    stream.once('close', () => this.#admission.opened(stream))
    turnAway(stream, own === undefined ? this.settings : overridden(this.settings, own), this.commons)
  }

  /** Nobody comes in any more. A start that is under way is waited for, so that it leaves no listener behind. */
  async #stopAccepting(): Promise<{ readonly done: Promise<void> }> {
    if (this.#state === 'starting') await this.whenStarted(this.#starting)
    if (this.#state === 'listening') this.#state = 'stopping'
    for (const [stream, own] of this.#newcomers) this.#turnAway(stream, own)
    this.#newcomers.clear()
    this.#hellos.destroy()
    return { done: stopListening(this.#listeners) }
  }

  async #stop(): Promise<void> {
    await stopListening(this.#listeners)
    this.#listeners = []
    if (this.#shuttingDown > 0) await (this.#allShutDown ??= new Deferred()).promise
    this.#allShutDown = undefined
    await this.stopLoop()
    this.#state = 'idle'
  }
}

/** What a drain gives what has been started, unless told otherwise. */
const DRAIN_MS = 10_000
/** Sockets beyond the limit that may be in their TLS handshake, or being turned away, at once. */
const UNBORN = 1_024
const ignore = (): void => {}
