import type { Duplex } from 'node:stream'
import { Deferred, rejected } from '@/core/deferred.js'
import type { Commons } from '@/core/commons.js'
import { channels, publish } from '@/core/diagnostics.js'
import { Ending } from '@/core/ending.js'
import { createFraming } from '@/core/framingChoice.js'
import type { Hooks, Overrides } from '@/core/hooks.js'
import type { Item } from '@/core/inbox.js'
import { mayFollow, type Phase } from '@/core/lifecycle.js'
import { framingIsObserved, LinkObserver } from '@/core/linkObserver.js'
import { objectionTo } from '@/core/objection.js'
import type { Settings } from '@/core/options.js'
import type { Place } from '@/core/placedReads.js'
import type { PluginChain } from '@/core/pluginChain.js'
import { sourceObjection, type StreamSource } from '@/core/pour.js'
import { failureOf } from '@/core/receiver.js'
import { endsOf } from '@/core/remoteAddress.js'
import { dozeOn, listenTo, type StreamEars } from '@/core/streamEars.js'
import { Work } from '@/core/work.js'
import { TransportError } from '@/errors.js'
import type { Framing, FrameWriter, Role } from '@/framings/framing.js'

/** What is the same for all connections of a server or client. */
export interface Shared<C> {
  readonly hooks: Hooks<C>
  readonly settings: Settings
  readonly commons: Commons
  /** Called once for each connection, when its opening is over, for better or worse. Must not throw. */
  readonly opened?: (stream: Duplex) => void
  /** Called once for each connection, when its `postLoop` has run. */
  readonly ended: (id: string, connection: C, cause: Error | undefined) => void
}

/** What a link is made from. */
export interface LinkParts<C> {
  readonly connection: C
  readonly id: string
  readonly overrides: Overrides
  readonly chain: PluginChain
  readonly stream: Duplex
  readonly role: Role
}

const HEARD = -1

/** Each possible single byte, for what a connection at rest has to say. */
const BYTES = Array.from({ length: 256 }, (_, value) => Buffer.of(value))

/**
 * One connection on its socket. At rest it is all there is: a socket, a framing and a phase. What does the work is
 * made when something happens, and dropped when nothing has happened for a while; thousands of idle connections
 * then cost little more than their sockets.
 */
export class Link<C> implements FrameWriter, StreamEars {
  readonly shared: Shared<C>
  readonly connection: C
  readonly id: string
  readonly overrides: Overrides
  readonly chain: PluginChain
  readonly stream: Duplex
  readonly role: Role
  readonly framing: Framing
  #phase: Phase = 'idle'
  #work: Work<C> | undefined
  #ending: Ending<C> | undefined
  #whenOpen: Deferred | undefined
  /** Milliseconds of the clock, whole: since when there has been silence; HEARD when something came since the last visit. */
  #silentSinceMs: number
  place = 0

  constructor(shared: Shared<C>, parts: LinkParts<C>) {
    this.shared = shared
    this.connection = parts.connection
    this.id = parts.id
    this.overrides = parts.overrides
    this.chain = parts.chain
    this.stream = parts.stream
    this.role = parts.role
    this.framing = createFraming(shared.settings, parts.role, this)
    this.#silentSinceMs = Math.round(shared.commons.clock.now())
  }

  get phase(): Phase {
    return this.#phase
  }

  enter(phase: Phase): void {
    if (!mayFollow(this.#phase, phase)) return
    if (this.#phase === 'opening') this.shared.opened?.(this.stream)
    this.#phase = phase
  }

  /** How this connection ends, or has ended. */
  get ending(): Ending<C> {
    return (this.#ending ??= new Ending(this))
  }

  /** Why nothing can be sent or received any more; undefined while it can. */
  get error(): TransportError | undefined {
    return this.#ending?.error
  }

  /** The working parts; made now if the connection is at rest. */
  get work(): Work<C> {
    return (this.#work ??= new Work(this, this.#phase !== 'opening'))
  }

  get awake(): boolean {
    return this.#work !== undefined
  }

  #rest(): void {
    this.#work = undefined
    this.framing.rest?.()
    // Without the answers of the other end there is nothing more to say; any other framing may yet answer its end.
    if (this.framing.answered && this.chain.length === 0) dozeOn(this.stream)
  }

  /** What waits to leave. */
  get outbound(): { readonly messages: number; readonly bytes: number } {
    const { waitingMessages = 0, waitingBytes = 0 } = this.#work?.sender ?? {}
    return { messages: waitingMessages, bytes: waitingBytes }
  }

  /** Takes the socket over. To be called once. */
  begin(): void {
    const { role, framing, stream, shared } = this
    this.enter('opening')
    if (channels.open.hasSubscribers)
      publish('open', { id: this.id, atMs: this.now(), role, framing: framing.name, ...endsOf(stream) })
    listenTo(stream, this)
    if (stream.closed) process.nextTick(() => this.socketClosed())
    this.#observe()
    framing.open()
    shared.commons.deadlines.add(this)
    if (this.overrides.loopPass) shared.commons.ticks.add(this.work.loop)
    if (this.#work !== undefined || !framing.answered) this.#turn()
  }

  /** Resolves when messages can travel; rejects with what ended the connection before. */
  whenOpen(): Promise<void> {
    if (this.#whenOpen === undefined) {
      this.#whenOpen = new Deferred()
      if (this.#phase === 'open') this.#whenOpen.resolve()
      else if (this.error !== undefined) this.#whenOpen.reject(this.error)
    }
    return this.#whenOpen.promise
  }

  /** `preLoop` is done. */
  opened(): void {
    this.enter('open')
    if (this.error === undefined) this.#whenOpen?.resolve()
  }

  /** Messages will never travel: whoever waits for the opening learns why. */
  openingFailed(error: TransportError): void {
    this.#whenOpen?.reject(error)
  }

  checkEnding(): void {
    this.#ending?.check()
  }

  transmit(message: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    if (!(message instanceof Uint8Array)) return rejected(new TransportError('NOT_BYTES', { type: typeof message }))
    const late = this.#phase === 'open' || this.#phase === 'starting' ? undefined : this.#lateness()
    return late === undefined ? this.work.sender.transmit(message, signal) : rejected(late)
  }

  transmitStream(source: StreamSource, size: number, signal: AbortSignal | undefined): Promise<void> {
    const objection = this.#lateness() ?? sourceObjection(source, size) ?? this.#streamObjection(size)
    return objection === undefined ? this.work.sender.transmitStream(source, size, signal) : rejected(objection)
  }

  #streamObjection(size: number): TransportError | undefined {
    if (this.chain.length > 0) return new TransportError('STREAM_WITH_PLUGINS', { plugins: this.chain.length })
    return objectionTo(this.framing, size, undefined)
  }

  #lateness(): TransportError | undefined {
    return this.error ?? (this.#phase === 'draining' ? new TransportError('CLOSING') : undefined)
  }

  receive(signal: AbortSignal | undefined): Promise<Item> {
    if (this.#work === undefined && this.error !== undefined) return rejected(this.error)
    return this.work.receive(signal)
  }

  /** Resolves when everything given so far has left and been answered. */
  flush(signal: AbortSignal | undefined): Promise<void> {
    if (this.error !== undefined) return rejected(this.error)
    return this.#work === undefined ? Promise.resolve() : this.#work.sender.flush(signal)
  }

  // What the framing writes. A connection at rest says a single byte without waking up for it.

  byte(value: number, count = 1): void {
    if (this.#work !== undefined) return this.#work.outbox.byte(value, count)
    const bytes = BYTES[value]
    if (count > 1 || bytes === undefined) return this.work.outbox.byte(value, count)
    if (channels.write.hasSubscribers)
      publish('write', { id: this.id, atMs: this.now(), offeredBytes: 1, takenBytes: 1, chunk: bytes })
    this.stream.write(bytes, () => this.#work?.bytesSettled())
  }

  u32(value: number): void {
    this.work.outbox.u32(value)
  }

  bytes(bytes: Uint8Array): void {
    this.work.outbox.bytes(bytes)
  }

  // What the socket says.

  arrived(chunk: Buffer, more: boolean): void {
    this.#silentSinceMs = HEARD
    if (channels.read.hasSubscribers) publish('read', { id: this.id, atMs: this.now(), bytes: chunk.length, chunk })
    if (this.#ending !== undefined && !this.#ending.reading) return this.#ending.readOn(chunk)
    this.framing.push(chunk)
    this.#turn(more)
  }

  nextPlace(): Place {
    return this.#work?.receiver.nextPlace() ?? 'unknown'
  }

  #turn(more = false): void {
    this.#observe()
    if (this.#phase !== 'opening' || this.#work !== undefined || !this.#openAtRest()) this.work.turn(more)
  }

  /** Most connections open with nothing to do; they need not wake up for it. @returns whether that was all */
  #openAtRest(): boolean {
    if (this.chain.length > 0 || this.overrides.preLoop || this.framing.waiting > 1) return false
    try {
      if (this.framing.next()?.do !== 'opened') return false
    } catch (error) {
      this.work.receiveFailed(failureOf(error))
      return true
    }
    if (channels.opened.hasSubscribers) publish('opened', { id: this.id, atMs: this.now() })
    this.enter('starting')
    this.opened()
    this.#rest()
    return true
  }

  remoteEnded(): void {
    this.ending.remoteEnded()
  }

  socketFailed(error: Error): void {
    this.ending.socketFailed(error)
  }

  socketClosed(): void {
    this.ending.socketClosed()
  }

  // Time.

  visit(nowMs: number): void {
    if (this.#ending?.reading === false) return
    const heard = this.#silentSinceMs === HEARD
    if (heard) this.#silentSinceMs = Math.round(nowMs)
    if (!heard && this.#mayRest()) this.#rest()
    const { openingTimeoutMs, idleTimeoutMs, heartbeatMs } = this.shared.settings
    const awake = heartbeatMs > 0 && this.#phase === 'open' ? this.work : this.#work
    if (awake !== undefined) return awake.visit(nowMs, heard)
    const opening = this.#phase === 'opening'
    const limitMs = opening ? openingTimeoutMs : idleTimeoutMs
    const waitedMs = Math.round(nowMs) - this.#silentSinceMs
    if (limitMs === 0 || waitedMs < limitMs) return
    this.tooLate(new TransportError(opening ? 'OPENING_TIMEOUT' : 'IDLE_TIMEOUT', { waitedMs, limitMs }))
  }

  #mayRest(): boolean {
    const free = !this.overrides.loopPass && this.shared.settings.heartbeatMs === 0 && this.#ending === undefined
    return free && this.#phase === 'open' && (this.#work === undefined || this.#work.resting)
  }

  tooLate(error: TransportError): void {
    const { limitMs } = error.detail
    if (channels.timeout.hasSubscribers && typeof limitMs === 'number')
      publish('timeout', { id: this.id, atMs: this.now(), code: error.code, limitMs })
    this.ending.fail(error)
  }

  /** When an event happens. */
  now(): number {
    return this.shared.commons.clock.now()
  }

  #observe(): void {
    if (!framingIsObserved()) this.framing.observer = undefined
    else this.framing.observer ??= new LinkObserver(this.id, this.shared.commons.clock)
  }
}
