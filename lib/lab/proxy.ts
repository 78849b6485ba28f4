import { connect, createServer, type Server as NetServer, type Socket } from 'node:net'
import {
  type AddressLike,
  boundTo,
  checkRanges,
  type Clock,
  ConnectionDetails,
  endsOf,
  listenAt,
  stopListening,
  systemClock,
  systemError,
} from '@/core/index.js'
import { TransportError, wordsOf } from '@/errors.js'
import type { Dialect } from '@/lab/decoders/decoder.js'
import { dialectNamed } from '@/lab/decoders/dialects.js'
import type { Fault } from '@/lab/faults/fault.js'
import { checkFaults, Relay, RELAY_RANGES, type RelayLimits, type RelayOptions } from '@/lab/relay/relay.js'
import type { RelayEvent } from '@/lab/relay/relayEvent.js'
import { resetStream } from '@/lab/relay/resetStream.js'

/** The numbers of a proxy. */
export interface ProxyLimits extends RelayLimits {
  /** Connections at once; further ones are dropped. 1 to 1_000_000. @default 1_024 */
  readonly connectionLimit?: number
  /** Until the target has been reached. 1 to 2^31-1 ms. @default 5_000 */
  readonly connectTimeoutMs?: number
}

/** Addresses of the two TCP connections of one conversation, as far as they are known, as `HOST:PORT`. */
export interface Legs {
  /** Between the end that connected (`far`) and the proxy (`near`). */
  readonly opener: { readonly far?: string; readonly near?: string }
  /** Between the proxy (`near`) and the target (`far`). */
  readonly acceptor: { readonly far?: string; readonly near?: string }
}

/** What happens at a proxy. `conversation` counts from 1. */
export type ProxyEvent = { readonly conversation: number } & (
  | RelayEvent
  /** Both connections are there. */
  | { readonly kind: 'opened'; readonly atMs: number; readonly legs: Legs }
  /** The target was not reached; who connected is reset. */
  | { readonly kind: 'failed'; readonly atMs: number; readonly error: TransportError }
)

/** Where a proxy stands and what it does. */
export interface ProxyOptions extends ProxyLimits, Omit<RelayOptions, 'observe' | 'conversation'> {
  /** Where it listens; port 0 takes any that is free. */
  readonly listen: AddressLike
  /** Where it connects to, once for each connection that comes. */
  readonly target: AddressLike
  /** Told of everything on every connection, in its order. A throw resets that connection, with a warning of the process. */
  readonly observe?: (event: ProxyEvent) => void
}

/** Defaults and ranges. */
export const PROXY_RANGES = {
  ...RELAY_RANGES,
  connectionLimit: [1_024, 1, 1_000_000],
  connectTimeoutMs: [5_000, 1, 2 ** 31 - 1],
} as const

const BACKLOG = 511

/**
 * Stands between TCP ends of any kind: listens, connects to its target for each that comes, and relays what they say
 * past its faults, which can be changed at any time.
 */
export class Proxy implements AsyncDisposable {
  readonly #listen: ConnectionDetails
  readonly #target: ConnectionDetails
  readonly #options: ProxyOptions
  readonly #limits: Readonly<Required<ProxyLimits>>
  readonly #clock: Clock
  readonly #dialect: Dialect
  readonly #relays = new Set<Relay>()
  /** Who has come and waits for the target. */
  readonly #waiting = new Set<Socket>()
  #faults: readonly Fault[]
  #server: NetServer | undefined
  #starting: Promise<unknown> | undefined
  #conversations = 0

  /** @throws TransportError OPTION_INVALID, ADDRESS_INVALID */
  constructor(options: ProxyOptions) {
    this.#options = { ...options }
    this.#limits = checkRanges<ProxyLimits>(options, PROXY_RANGES)
    this.#listen = ConnectionDetails.from(options.listen)
    this.#target = ConnectionDetails.from(options.target)
    this.#target.assertConnectable()
    this.#clock = options.clock ?? systemClock
    const { dialect = 'raw' } = options
    this.#dialect = typeof dialect === 'string' ? dialectNamed(dialect) : dialect
    this.#faults = checkFaults(options.faults ?? [], this.#dialect)
  }

  /** Where it listens, with the port the system has picked. @throws TransportError NOT_OPEN while it does not */
  get address(): ConnectionDetails {
    if (this.#server === undefined) throw new TransportError('NOT_OPEN', { what: 'proxy' })
    return boundTo(this.#server)
  }

  /** Connections under way. */
  get connections(): number {
    return this.#relays.size + this.#waiting.size
  }

  get faults(): readonly Fault[] {
    return this.#faults
  }

  /**
   * Other faults from now on, also on the connections that are there: what the faults before hold goes on at once, and
   * the new ones count from here.
   * @throws TransportError OPTION_INVALID, and nothing changes
   */
  set faults(faults: readonly Fault[]) {
    this.#faults = checkFaults(faults, this.#dialect)
    for (const relay of this.#relays) relay.faults = this.#faults
  }

  /** Resolves when it listens. @throws TransportError ALREADY_STARTED, ADDRESS_IN_USE, LISTEN_FAILED */
  async start(): Promise<this> {
    if (this.#server !== undefined) throw new TransportError('ALREADY_STARTED', { what: 'proxy' })
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#met(socket))
    this.#server = server
    server.maxConnections = this.#limits.connectionLimit
    try {
      this.#starting = listenAt(server, this.#listen, BACKLOG)
      await this.#starting
    } catch (error) {
      this.#server = undefined
      throw error
    }
    // A want of file descriptors passes.
    server.on('error', (error) => warn(systemError(error, 'LISTEN_FAILED')))
    return this
  }

  /** Listens no more and ends what is under way, behind what has left. Resolves when all is over. */
  async close(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    // What does not listen yet cannot be closed.
    await this.#starting?.catch(ignore)
    const stopped = stopListening([server])
    for (const socket of this.#waiting) socket.destroy()
    for (const relay of this.#relays) relay.close()
    await Promise.all([stopped, ...[...this.#relays].map(({ over }) => over)])
    this.#server = undefined
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #met(near: Socket): void {
    const conversation = ++this.#conversations
    const { host, port, path } = this.#target
    const far = connect({ ...(path === undefined ? { host, port } : { path }), allowHalfOpen: true, noDelay: true })
    this.#waiting.add(near)
    const settled = (): void => {
      this.#waiting.delete(near)
      cancel()
      far.off('error', failed).off('connect', reached)
      near.off('error', ignore).off('close', left)
    }
    const failed = (error: Error): void => {
      settled()
      far.on('error', ignore).destroy()
      resetStream(near.on('error', ignore))
      const address = this.#target.toString()
      const failure = systemError(error, 'CONNECT_FAILED', { address })
      this.#tell({ conversation, kind: 'failed', atMs: this.#clock.now(), error: failure })
    }
    const reached = (): void => {
      settled()
      this.#join(conversation, near, far)
    }
    const left = (): void => failed(new TransportError('CONNECTION_BROKEN', { what: 'who connected' }))
    const limitMs = this.#limits.connectTimeoutMs
    const late = (): void => failed(new TransportError('CONNECT_TIMEOUT', { limitMs }))
    const cancel = this.#clock.after(limitMs, late)
    far.on('error', failed).on('connect', reached)
    near.on('error', ignore).on('close', left)
  }

  #join(conversation: number, opener: Socket, acceptor: Socket): void {
    const [toOpener, toAcceptor] = [endsOf(opener), endsOf(acceptor)]
    const legs = { opener: leg(toOpener.local, toOpener.remote), acceptor: leg(toAcceptor.local, toAcceptor.remote) }
    const observe = (event: RelayEvent): void => this.#options.observe?.({ conversation, ...event })
    const { seed = 0 } = this.#options
    const how = {
      ...this.#limits,
      seed,
      conversation,
      clock: this.#clock,
      dialect: this.#dialect,
      faults: this.#faults,
    }
    const opened = this.#tell({ conversation, kind: 'opened', atMs: this.#clock.now(), legs })
    const relay = new Relay({ opener, acceptor }, { ...how, observe })
    this.#relays.add(relay)
    void relay.over.then((cause) => {
      this.#relays.delete(relay)
      if (cause instanceof TransportError) warn(cause)
    })
    if (!opened) relay.reset()
  }

  /** @returns whether who looks on could bear it */
  #tell(event: ProxyEvent): boolean {
    try {
      this.#options.observe?.(event)
      return true
    } catch (cause) {
      warn(new TransportError('HOOK_FAILED', { hook: 'observe', says: wordsOf(cause) }, { cause }))
      return false
    }
  }
}

/** Of what belongs to no call. */
const warn = ({ message, code }: TransportError): void => process.emitWarning(message, { type: 'framewright', code })

const leg = (near: string | undefined, far: string | undefined): Legs['opener'] => ({
  ...(near === undefined ? {} : { near }),
  ...(far === undefined ? {} : { far }),
})

const ignore = (): void => {}
