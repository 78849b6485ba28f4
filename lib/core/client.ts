import { setMaxListeners } from 'node:events'
import { connect as connectSocket, isIP, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type ConnectionOptions as TlsConnectionOptions } from 'node:tls'
import { type Abortable, abortedBy, type CloseOptions, throwIfRefused, unlessAborted } from '@/core/abort.js'
import { handled } from '@/core/deferred.js'
import type { Connection } from '@/core/connection.js'
import { type AddressLike, ConnectionDetails } from '@/core/details.js'
import { Host, type HostOptions } from '@/core/host.js'
import { checkRanges, type ConnectionOptions, deadlineOf } from '@/core/options.js'
import { systemError } from '@/core/systemError.js'
import { tcpOptions } from '@/core/tcpOptions.js'
import { ALPN, serverName } from '@/core/tlsNames.js'
import { TransportError } from '@/errors.js'

/** How a client connects and how its connections behave. */
export interface ClientOptions<C extends Connection = Connection> extends HostOptions<C> {
  /** From the call until TCP, and TLS if asked for, is up. 0 waits as long as the system does. @default 5_000 */
  readonly connectTimeoutMs?: number
  /** `true`, or what `node:tls` takes: `ca`, and `key` and `cert` for mutual TLS. @default no TLS */
  readonly tls?: TlsConnectionOptions | boolean
  /** An IP address of this machine, from which connections are made. @default the system's choice */
  readonly localAddress?: string
}

/** Defaults and ranges. */
export const CLIENT_RANGES = { connectTimeoutMs: [5_000, 0, 2 ** 31 - 1] } as const

/** Makes connections of its class, as many as asked for. Extend it for hooks of its own. */
export abstract class Client<C extends Connection = Connection> extends Host<C> {
  #connectTimeoutMs: number
  readonly #tls: TlsConnectionOptions | undefined
  readonly #localAddress: string | undefined
  #starting: Promise<void> | undefined
  /** Ends what is being made when the client closes. */
  #life = newLife()

  constructor(options: ClientOptions<C> = {}) {
    super(options)
    this.#connectTimeoutMs = checkRanges<{ connectTimeoutMs: number }>(options, CLIENT_RANGES).connectTimeoutMs
    this.#localAddress = options.localAddress
    if (this.#localAddress !== undefined && isIP(this.#localAddress) === 0)
      throw new TransportError('OPTION_INVALID', { option: 'localAddress', given: this.#localAddress })
    this.#tls = typeof options.tls === 'object' ? options.tls : options.tls === true ? {} : undefined
  }

  /**
   * One time for everything a later connection waits for: the connect, the opening, a started message, an answer.
   * @param ms 0 waits for ever; at most 2^31-1
   */
  setTimeout(ms: number): this {
    const { connectTimeoutMs } = checkRanges<{ connectTimeoutMs: number }>({ connectTimeoutMs: ms }, CLIENT_RANGES)
    this.#connectTimeoutMs = connectTimeoutMs
    this.change({ openingTimeoutMs: ms, messageTimeoutMs: ms, answerTimeoutMs: ms })
    return this
  }

  /**
   * Runs `preLoop` and starts the passes; `connectTo` does it when nobody has.
   * @throws TransportError HOOK_FAILED, or ABORTED: this call waits no longer
   */
  async start({ signal }: Abortable = {}): Promise<void> {
    throwIfRefused(signal)
    this.#starting ??= this.startLoop().catch((error: unknown) => {
      this.#starting = undefined
      throw error
    })
    await unlessAborted(this.#starting, signal)
  }

  /**
   * Connects. Resolves with the connection when the opening handshake and its `preLoop` are done.
   * @param address `PORT`, `HOST:PORT`, `[::1]:PORT`, `unix:/path` or ConnectionDetails
   * @throws TransportError CONNECT_REFUSED, CONNECT_TIMEOUT, CONNECT_FAILED, NAME_UNRESOLVED, TLS_FAILED, ADDRESS_INVALID,
   * OPENING_REFUSED, OPENING_TIMEOUT, OPENING_UNEXPECTED, HOOK_FAILED, ABORTED, CLOSED; then no socket is left
   */
  connectTo(address: AddressLike, options: Abortable = {}): Promise<C> {
    return handled(this.#connectTo(address, options))
  }

  async #connectTo(address: AddressLike, options: Abortable): Promise<C> {
    const details = ConnectionDetails.from(address)
    details.assertConnectable()
    return this.#open((signal) => this.#connect(details, signal), undefined, options)
  }

  /**
   * As `connectTo`, over a stream that something else makes.
   * @param make rejects when the signal aborts; what it makes from then on is destroyed
   * @param own what differs from the options of the other connections
   */
  protected connectOver(
    make: (signal: AbortSignal) => Promise<Duplex>,
    own: ConnectionOptions,
    options: Abortable = {},
  ): Promise<C> {
    return handled(this.#open(make, own, options))
  }

  async #open(
    make: (signal: AbortSignal) => Promise<Duplex>,
    own: ConnectionOptions | undefined,
    options: Abortable,
  ): Promise<C> {
    throwIfRefused(options.signal)
    const life = this.#life.signal
    const signal = options.signal === undefined ? life : AbortSignal.any([options.signal, life])
    if (signal.aborted) throw abortedBy(signal)
    await unlessAborted(this.start(), signal)
    const connection = this.createConnection()
    const stream = await make(signal)
    const link = this.adopt(connection, this.newId(), stream, 'opener', own)
    const aborted = (): void => link.ending.fail(abortedBy(signal))
    if (signal.aborted) aborted()
    signal.addEventListener('abort', aborted, { once: true })
    try {
      await link.whenOpen()
      return connection
    } finally {
      signal.removeEventListener('abort', aborted)
    }
  }

  /**
   * Closes every connection in good order, gives up those that are being made, then runs `postLoop`. What is left after
   * `deadlineMs`, `closeTimeoutMs` unless given, is destroyed. Until it resolves, `connectTo` rejects with CLOSED.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const deadlineMs = deadlineOf(options, this.settings.closeTimeoutMs)
    await this.cutBy(options.signal, this.#close(deadlineMs))
  }

  async #close(deadlineMs: number): Promise<void> {
    const life = this.#life
    life.abort(new TransportError('CLOSED'))
    await this.whenStarted(this.#starting)
    await Promise.allSettled(this.links.map((link) => link.ending.close(deadlineMs)))
    await this.whenEmpty(deadlineMs)
    await this.stopLoop()
    this.#starting = undefined
    if (this.#life === life) this.#life = newLife()
  }

  /** Destroys every connection. */
  async destroy(): Promise<void> {
    this.destroyAll(undefined)
    await this.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** @internal */
  protected override mostConnections(): number {
    return Math.max(1, this.activeConnections.size)
  }

  /** @internal */
  protected override connectionEnded(): void {}

  #connect(details: ConnectionDetails, signal: AbortSignal): Promise<Socket> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(abortedBy(signal))
      const socket = this.#socketTo(details)
      const address = details.toString()
      const done = (): void => {
        cancel()
        signal.removeEventListener('abort', aborted)
      }
      const give = (error: TransportError): void => {
        done()
        socket.destroy()
        reject(error)
      }
      const late = (): void => give(new TransportError('CONNECT_TIMEOUT', { address, limitMs: this.#connectTimeoutMs }))
      const aborted = (): void => give(abortedBy(signal))
      const cancel =
        this.#connectTimeoutMs === 0 ? (): void => {} : this.commons.clock.after(this.#connectTimeoutMs, late)
      signal.addEventListener('abort', aborted, { once: true })
      const failed = (error: Error): void => give(systemError(error, 'CONNECT_FAILED', { address }))
      socket.once('error', failed)
      socket.once(this.#tls === undefined ? 'connect' : 'secureConnect', () => {
        done()
        socket.off('error', failed)
        resolve(socket)
      })
    })
  }

  #socketTo(details: ConnectionDetails): Socket {
    const { host, port, path } = details
    const tcp = tcpOptions(this.settings.keepAliveMs)
    const common = { allowHalfOpen: true, ...tcp }
    const from = this.#localAddress === undefined ? {} : { localAddress: this.#localAddress }
    const target = path === undefined ? { host, port, ...from } : { path }
    if (this.#tls === undefined) return connectSocket({ ...target, ...common })
    const name = path === undefined ? serverName(host) : {}
    const socket = connectTls({ ALPNProtocols: [ALPN], ...name, ...this.#tls, ...target, ...common })
    // What is below TLS is made without these options.
    return socket.setNoDelay(tcp.noDelay).setKeepAlive(tcp.keepAlive, tcp.keepAliveInitialDelay)
  }
}

/** As many connections may be made at once as are asked for; a signal warns of a leak when it has more than ten listeners. */
const newLife = (): AbortController => {
  const life = new AbortController()
  setMaxListeners(0, life.signal)
  return life
}
