import type { Duplex } from 'node:stream'
import { onAbort, unlessAborted } from '@/core/abort.js'
import { attach, Connection, connectionHooks, linkOf } from '@/core/connection.js'
import { type Cancel, systemClock } from '@/core/clock.js'
import { Commons } from '@/core/commons.js'
import { flatUuid } from '@/core/flatUuid.js'
import { hookError } from '@/core/hookLoop.js'
import { raise } from '@/core/raise.js'
import { isPromise } from '@/core/hooks.js'
import { patiently } from '@/core/patiently.js'
import { Deferred } from '@/core/deferred.js'
import type { Link, Shared } from '@/core/link.js'
import { type LimitsReport, reportLimits } from '@/core/limitsReport.js'
import { MemoryBudget } from '@/core/memoryBudget.js'
import { checkRanges, type ConnectionOptions, overridden, type Settings, settingsOf } from '@/core/options.js'
import type { PluginLike } from '@/core/plugin.js'
import { TransportError } from '@/errors.js'
import type { Role } from '@/framings/framing.js'

/** The class whose instances live on the sockets. */
export type ConnectionHandler<C extends Connection> = new () => C

/** What a server and a client have in common: a connection class, and bounds on the memory of all connections together. */
export interface HostOptions<C extends Connection> extends ConnectionOptions {
  /** The class of the connections; `setConnHandler` sets it later. */
  readonly handler?: ConnectionHandler<C>
  /** Bytes all connections together may hold of what has arrived. 65_536 to 2^40. @default 268_435_456 (256 MiB) */
  readonly maxMemoryBytes?: number
  /** Messages all connections together may hold. 1 to 10_000_000. @default 262_144 */
  readonly maxMemoryPieces?: number
}

/** Defaults and ranges. */
export const HOST_RANGES = {
  maxMemoryBytes: [268_435_456, 65_536, 2 ** 40],
  maxMemoryPieces: [262_144, 1, 10_000_000],
} as const

/** What server and client share. The state of the hooks' loop, the connections, and what the connections share. */
export abstract class Host<C extends Connection> {
  readonly #connections = new Map<string, C>()
  readonly #budget: MemoryBudget
  #commons: Commons
  #settings: Settings
  #shared: Shared<Connection> | undefined
  /** What connections share whose options differ from those of the others. */
  #sharedApart = new WeakMap<ConnectionOptions, Shared<Connection>>()
  #handler: ConnectionHandler<C> | undefined
  #loop: 'idle' | 'running' | 'over' = 'idle'
  #passing = false
  #emptied: (() => void)[] = []
  #cancelTick: Cancel | undefined
  /** Rejects while `preLoop` runs if that is not waited for any longer. */
  #startGivenUp = new Deferred<never>()
  /** Resolves when the last `postLoop` has run. */
  #stopped: Promise<void> = Promise.resolve()

  constructor(options: HostOptions<C>) {
    const { maxMemoryBytes, maxMemoryPieces } = checkRanges<{ maxMemoryBytes: number; maxMemoryPieces: number }>(
      options,
      HOST_RANGES,
    )
    this.#settings = settingsOf(options)
    this.#budget = new MemoryBudget(maxMemoryBytes, maxMemoryPieces)
    this.#commons = new Commons(options.clock ?? systemClock, this.#budget, this.#settings)
    this.#handler = options.handler
  }

  // Hooks.

  /** Once, before the first connection. A throw makes `start` reject. */
  protected preLoop(): void | Promise<void> {}

  /** At the tick (`tickMs`). Not overridden, there is no timer. A throw goes to `errorRaised`; the passes go on. */
  protected loopPass(): void | Promise<void> {}

  /** Exactly once, when everything has ended. A throw goes to `errorRaised`. */
  protected postLoop(): void | Promise<void> {}

  /** Something went wrong that belongs to no connection and to no call. By default a warning of the process. */
  protected errorRaised(error: TransportError): void {
    process.emitWarning(error.message, { type: 'framewright', code: error.code })
  }

  // Use.

  /** The live connections by their ids. */
  get activeConnections(): ReadonlyMap<string, C> {
    return this.#connections
  }

  /** Sets the class of later connections. */
  setConnHandler(handler: ConnectionHandler<C>): this {
    this.#handler = handler
    return this
  }

  /** Adds a plugin to later connections. */
  registerPlugin(plugin: PluginLike): this {
    this.change({ plugins: [...this.#settings.plugins, plugin] })
    return this
  }

  /** What all this can cost at worst, as numbers and as text. */
  describeLimits(): LimitsReport {
    return reportLimits(this.#settings, this.#budget, this.mostConnections())
  }

  // For server and client.

  /** @internal */
  protected get settings(): Settings {
    return this.#settings
  }

  /** @internal */
  protected change(settings: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...settings }
    this.#shared = undefined
    this.#sharedApart = new WeakMap()
    const commons = new Commons(this.#commons.clock, this.#budget, this.#settings)
    // Later connections keep shorter times, so they are looked at more often; those that are there keep their pace.
    if (commons.periodMs !== this.#commons.periodMs) this.#commons = commons
  }

  /** @internal */
  protected get commons(): Commons {
    return this.#commons
  }

  /** The links of the live connections. @internal */
  protected get links(): readonly Link<Connection>[] {
    return [...this.#connections.values()].map(linkOf).filter((link) => link !== undefined)
  }

  /** @internal */
  protected abstract mostConnections(): number

  /** Makes one connection; override it for a class whose constructor takes arguments. */
  protected createConnection(): C {
    const handler = this.#handler
    if (handler === undefined) throw new TransportError('HANDLER_MISSING')
    if (handler.prototype instanceof Connection) return new handler()
    const given = typeof handler === 'function' ? handler.name : typeof handler
    throw new TransportError('HANDLER_MISSING', { given, try: 'a class that extends Connection' })
  }

  /** Puts a new connection on a socket. @param own what differs from the options of the others @internal */
  protected adopt(connection: C, id: string, stream: Duplex, role: Role, own?: ConnectionOptions): Link<Connection> {
    this.#connections.set(id, connection)
    try {
      return attach(connection, { stream, role, id, shared: this.#sharedWith(own) })
    } catch (error) {
      this.#connections.delete(id)
      stream.destroy()
      throw error
    }
  }

  #sharedWith(own: ConnectionOptions | undefined): Shared<Connection> {
    const shared = (own === undefined ? this.#shared : this.#sharedApart.get(own)) ?? {
      hooks: connectionHooks(),
      settings: own === undefined ? this.#settings : overridden(this.#settings, own),
      commons: this.#commons,
      opened: this.#opened,
      ended: this.#ended,
    }
    if (own === undefined) this.#shared = shared
    else this.#sharedApart.set(own, shared)
    return shared
  }

  /** @internal */
  protected newId(): string {
    return flatUuid()
  }

  /** A connection of ours is open, or has ended before it was. @internal */
  protected connectionOpened(_stream: Duplex): void {}

  readonly #opened = (stream: Duplex): void => this.connectionOpened(stream)

  /** A connection of ours is over. @internal */
  protected abstract connectionEnded(id: string, connection: C, cause: Error | undefined): void

  readonly #ended = (id: string, _ended: Connection, cause: Error | undefined): void => {
    const connection = this.#connections.get(id)
    this.#connections.delete(id)
    if (connection !== undefined) this.connectionEnded(id, connection, cause)
    if (this.#connections.size > 0) return
    for (const tell of this.#emptied) tell()
    this.#emptied = []
  }

  /** Resolves when no connection is left. Those that are there after `deadlineMs` are destroyed, with this cause. @internal */
  protected async whenEmpty(deadlineMs: number, cause?: Error): Promise<void> {
    if (this.#connections.size === 0) return
    const cancel = this.#commons.clock.after(deadlineMs, () => this.destroyAll(cause), true)
    await new Promise<void>((resolve) => this.#emptied.push(resolve))
    cancel()
  }

  /** Waits for an end that is under way; if the signal fires, or has, what is left is destroyed. @internal */
  protected cutBy<T>(signal: AbortSignal | undefined, ending: Promise<T>): Promise<T> {
    onAbort(signal, ending, (error) => this.destroyAll(error))
    return ending
  }

  /** @internal */
  protected destroyAll(cause: Error | undefined): void {
    for (const link of this.links) link.ending.destroy(cause)
  }

  /** Runs `preLoop` once and starts the passes. @internal */
  protected async startLoop(signal?: AbortSignal): Promise<void> {
    if (this.#loop !== 'idle') return
    this.#loop = 'running'
    const givenUp = (this.#startGivenUp = new Deferred<never>()).promise
    const preLoop = async (): Promise<void> => this.preLoop()
    const failed = (error: unknown): never => {
      throw hookError('preLoop', error)
    }
    try {
      const done = Promise.race([preLoop().catch(failed), givenUp])
      await unlessAborted(done, signal)
    } catch (error) {
      this.#loop = 'idle'
      throw error
    }
    if (this.loopPass === Host.prototype.loopPass) return
    this.#cancelTick = this.#commons.clock.every(this.#settings.tickMs, () => this.#pass())
  }

  /** Waits for a start that is under way; if `preLoop` takes longer than a close may, the start rejects. @internal */
  protected async whenStarted(starting: Promise<void> | undefined): Promise<void> {
    if (starting === undefined) return
    const limitMs = this.#settings.closeTimeoutMs
    const late = (): void => this.#startGivenUp.reject(new TransportError('HOOK_TIMEOUT', { hook: 'preLoop', limitMs }))
    const cancel = this.#commons.clock.after(limitMs, late, true)
    await starting.catch(() => {})
    cancel()
  }

  /** Ends the passes and runs `postLoop` once, for which everybody waits who closes meanwhile. @internal */
  protected stopLoop(): Promise<void> {
    if (this.#loop === 'running') this.#stopped = this.#stopLoop()
    return this.#stopped
  }

  async #stopLoop(): Promise<void> {
    this.#loop = 'over'
    this.#cancelTick?.()
    await this.lastHook('postLoop', () => this.postLoop())
    this.#loop = 'idle'
  }

  /** Runs a hook whose end is waited for as long as a close may take, and whose failure hurts nobody else. @internal */
  protected async lastHook(hook: string, run: () => void | Promise<void>): Promise<void> {
    const { closeTimeoutMs } = this.#settings
    await patiently(hook, run, closeTimeoutMs, this.#commons.clock).catch((error: TransportError) => this.raise(error))
  }

  /** Runs a hook whose failure must hurt nobody else. @internal */
  protected guard(hook: string, call: () => void | Promise<void>): void | Promise<void> {
    try {
      const result = call()
      if (isPromise(result))
        return Promise.resolve(result).catch((error: unknown) => this.raise(hookError(hook, error)))
    } catch (error) {
      this.raise(hookError(hook, error))
    }
  }

  /** Tells of what belongs to no call, whatever `errorRaised` makes of it. @internal */
  protected raise(error: TransportError): void {
    raise((raised) => this.errorRaised(raised), error)
  }

  #pass(): void {
    if (this.#passing) return
    const pass = this.guard('loopPass', () => this.loopPass())
    if (pass === undefined) return
    this.#passing = true
    void pass.then(() => {
      this.#passing = false
    })
  }
}
