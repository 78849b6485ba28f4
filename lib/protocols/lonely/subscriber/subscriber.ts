import { type Abortable, Client, CLIENT_RANGES, type CloseOptions, systemClock, unlessAborted } from '@/core/index.js'
import type { Auth } from '@/protocols/lonely/auth/authScheme.js'
import { noAuth } from '@/protocols/lonely/auth/noAuth.js'
import { setUp, tearDown } from '@/protocols/lonely/auth/setUp.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import { BodyStore, type HeldBodies } from '@/protocols/lonely/bodies/bodyStore.js'
import { pooledRandom } from '@/protocols/lonely/randomSource.js'
import { oneOf } from '@/protocols/lonely/session/oneOf.js'
import { type PatternLike, patternOf, topicOf } from '@/protocols/lonely/session/pattern.js'
import { transportOptions, WEB_SOCKET_OPTIONS } from '@/protocols/lonely/session/transportOptions.js'
import { bodyOf, type NotifyData } from '@/protocols/lonely/subscriber/notifyData.js'
import type { Gap } from '@/protocols/lonely/subscriber/gap.js'
import { Backoff } from '@/protocols/lonely/subscriber/backoff.js'
import { Bond } from '@/protocols/lonely/subscriber/bond.js'
import { BroadcasterList, type Target } from '@/protocols/lonely/subscriber/broadcasterList.js'
import { SubscriberConnection } from '@/protocols/lonely/subscriber/subscriberConnection.js'
import type { SubscriberContext } from '@/protocols/lonely/subscriber/subscriberContext.js'
import {
  type SubscriberOptions,
  type SubscriberSettings,
  subscriberSettings,
} from '@/protocols/lonely/subscriber/subscriberOptions.js'
import { type ReceivedHook, Subscription } from '@/protocols/lonely/subscriber/subscription.js'
import { Wanted } from '@/protocols/lonely/subscriber/wanted.js'
import { connectWebSocket } from '@/protocols/lonely/webSocket/connectWebSocket.js'
import { loadZstd, type Zstd } from '@/protocols/lonely/zstd.js'
import { type Code, TransportError } from '@/errors.js'

const NO_AUTH: Auth = { toBroadcaster: noAuth(), toSubscriber: noAuth() }

/**
 * Subscribes and notifies at one of several broadcasters, over framed TCP or WebSockets. When the connection is lost it
 * takes the next, subscribes anew, sends again what was not confirmed, and says what may have been missed.
 * @see WIRE.md
 */
export class Subscriber extends Client<SubscriberConnection> {
  readonly #options: SubscriberOptions
  readonly #settings: SubscriberSettings
  readonly #auth: Auth
  readonly #bodies: BodyStore
  readonly #context: SubscriberContext
  readonly #wanted: Wanted
  readonly #list: BroadcasterList
  readonly #nowMs: () => number
  #bond: Bond<SubscriberConnection>
  #zstd: Zstd | undefined
  #lostMs = 0
  #prepared: Promise<void> | undefined

  /** @throws TransportError OPTION_INVALID, ADDRESS_INVALID */
  constructor(options: SubscriberOptions) {
    const settings = subscriberSettings(options)
    const framing = oneOf('framing', options.framing ?? 'handshake', ['handshake', 'length'])
    super({ ...transportOptions(framing, settings.maxOpenParts * settings.maxSendBytes), ...options, framing })
    this.#options = options
    this.#settings = settings
    this.#auth = { ...NO_AUTH, ...options.auth }
    this.#bodies = new BodyStore(settings, options.spoolFolder)
    this.#wanted = new Wanted(settings)
    this.#nowMs = options.nowMs ?? Date.now
    const random = options.random ?? pooledRandom()
    this.#list = new BroadcasterList(options.broadcasters, random)
    const zstd = (): Zstd | undefined => this.#zstd
    this.#context = {
      settings,
      auth: this.#auth,
      bodies: this.#bodies,
      clock: options.clock ?? systemClock,
      get zstd() {
        return zstd()
      },
      random,
      nowMs: this.#nowMs,
    }
    this.#bond = this.#newBond()
  }

  // Hooks.

  /** A connection is there, the first or a later one, and everything that was subscribed to is subscribed to again. */
  protected established(): void | Promise<void> {}

  /** The connection is gone; others are tried. Until `established`, messages are missed. */
  protected lost(_cause: Error): void | Promise<void> {}

  /** After `maxRounds` rounds nothing more is tried; everything that waits has been told. */
  protected abandoned(_cause: Error): void | Promise<void> {}

  /** Something may have been missed: once for each subscription concerned, before its next message. */
  protected mayHaveMissed(_gap: Gap, _subscription: Subscription): void | Promise<void> {}

  // Use.

  /** There is a connection, and it is configured. */
  get connected(): boolean {
    return this.#bond.connection !== undefined
  }

  /** What the bodies that wait here take. */
  get bodies(): HeldBodies {
    return this.#bodies.held
  }

  /**
   * Connects to the first broadcaster that takes us; `subscribe` and `notify` do it when nobody has. From then on, the
   * subscriber keeps connected.
   * @throws TransportError what the last of them said: CONNECT_REFUSED, CONFIGURE_REFUSED and others; ABORTED
   */
  async connect(options: Abortable = {}): Promise<void> {
    await this.#bond.whenOpen(options.signal)
  }

  /**
   * Resolves when the broadcaster has confirmed; messages are not missed from then on.
   * @param pattern a topic, or `{ glob }`
   * @param hook called for each message; without one, iterate over the subscription
   * @throws TransportError as `connect`; SUBSCRIBE_UNCERTAIN when connections broke under it `maxAttempts` times
   */
  async subscribe(pattern: PatternLike, hook?: ReceivedHook, options: Abortable = {}): Promise<Subscription> {
    const { maxWaitingMessages, maxWaitingBytes } = this.#settings
    const subscription = new Subscription(patternOf(pattern), hook, {
      maxWaitingMessages,
      maxWaitingBytes,
      hookFailed: (error) => this.#hookFailed('received', error),
      unsubscribe: (ended) => this.#unsubscribe(ended),
    })
    const bond = this.#bond
    await bond.whenOpen(options.signal)
    // It may have been closed in the same moment.
    if (bond.closed !== undefined) throw bond.closed
    try {
      await unlessAborted(this.#wanted.add(subscription), options.signal)
    } catch (error) {
      void this.#unsubscribe(subscription)
      throw error
    }
    return subscription
  }

  /**
   * Notifies everybody who is subscribed to the topic. Repeated when the connection breaks before it is confirmed, so
   * it can arrive twice.
   * @param data bytes must not be changed until the promise settles
   * @returns how many subscribers the broadcaster has queued it for
   * @throws TransportError as `connect`; NOTIFY_UNCERTAIN when connections broke under it `maxAttempts` times;
   * BODY_TOO_LARGE, BODY_FAILED, SOURCE_FAILED
   */
  async notify(topic: string | Uint8Array, data: NotifyData, options: Abortable = {}): Promise<number> {
    const { signal } = options
    // Closing ends what is under way, too: it keeps to the bond there was.
    const bond = this.#bond
    const name = topicOf(topic)
    const kept = bodyOf(this.#bodies, data, signal)
    const body = kept instanceof Promise ? await kept : kept
    try {
      for (let attempts = 1; ; attempts++) {
        const opened = bond.whenOpen(signal)
        const { session } = opened instanceof Promise ? await opened : opened
        body.retain()
        const confirmed = session.notify(name, body).finally(() => body.release())
        const count = await unlessAborted(confirmed, signal).catch((error: unknown) => this.#judge(error, attempts))
        if (count !== undefined) return count
      }
    } finally {
      body.release()
    }
  }

  /** Ends all subscriptions, closes the connection and connects no more. A later use begins anew. */
  override async close(options: CloseOptions = {}): Promise<void> {
    this.#bond.close(new TransportError('CLOSED'))
    for (const subscription of this.#wanted.subscriptions) subscription.end(undefined)
    this.#wanted.end(new TransportError('CLOSED'))
    await super.close(options)
    this.#bond = this.#newBond()
    const prepared = this.#prepared
    this.#prepared = undefined
    const settled = await prepared?.then(
      () => 'set up',
      () => 'failed',
    )
    if (settled === 'set up') await tearDown(this.#auth)
  }

  protected override createConnection(): SubscriberConnection {
    const ears = {
      received: (topic: Buffer, body: Body) => this.#wanted.deliver(topic, body),
      missed: (topic: Buffer) => this.#missed(topic),
    }
    return new SubscriberConnection(this.#context, ears, (connection, cause) => this.#bond.ended(connection, cause))
  }

  #newBond(): Bond<SubscriberConnection> {
    const { retryBaseMs, retryCapMs, stableAfterMs, maxRounds } = this.#settings
    const { random, clock } = this.#context
    return new Bond<SubscriberConnection>({
      list: this.#list,
      backoff: new Backoff(retryBaseMs, retryCapMs, () => random(4).readUInt32BE() / 2 ** 32),
      clock: this.#options.clock,
      now: () => clock.now(),
      stableAfterMs,
      maxRounds,
      connect: (target, signal) => this.#reach(target, signal),
      established: (connection) => void this.#established(connection),
      lost: (cause) => this.#lost(cause),
      abandoned: (cause) => this.#abandoned(cause),
    })
  }

  async #reach(target: Target, signal: AbortSignal): Promise<SubscriberConnection> {
    await (this.#prepared ??= this.#prepare())
    if ('tcp' in target) return this.connectTo(target.tcp, { signal })
    const { connectTimeoutMs, tls } = this.#options
    const options = {
      tls: typeof tls === 'object' ? tls : undefined,
      maxMessageBytes: this.settings.maxMessageBytes,
      connectTimeoutMs: connectTimeoutMs ?? CLIENT_RANGES.connectTimeoutMs[0],
      clock: this.#context.clock,
      pingMs: this.#settings.pingMs,
    }
    const { webSocket } = target
    return this.connectOver((given) => connectWebSocket(webSocket, options, given), WEB_SOCKET_OPTIONS, { signal })
  }

  /** What fails is tried anew with the next connection. */
  #prepare(): Promise<void> {
    const preparing = this.#setUp()
    preparing.catch(() => {
      if (this.#prepared === preparing) this.#prepared = undefined
    })
    return preparing
  }

  async #setUp(): Promise<void> {
    const { zstd } = this.#options
    this.#zstd = zstd === 'off' ? undefined : (zstd ?? (await loadZstd()))
    await setUp(this.#auth)
  }

  async #established(connection: SubscriberConnection): Promise<void> {
    const gap = { reason: 'reconnected', fromMs: this.#lostMs, toMs: this.#nowMs(), topic: undefined } as const
    try {
      await this.#wanted.restore(connection.session, (subscription) => this.#tellGap(gap, [subscription]))
    } catch {
      // The connection is gone again, which is told to the bond.
      return
    }
    // It may be gone again, and another one there.
    if (this.#bond.connection === connection) void this.guard('established', () => this.established())
  }

  #lost(cause: Error): void {
    this.#lostMs = this.#nowMs()
    this.#wanted.lost(cause, this.#settings.maxAttempts)
    void this.guard('lost', () => this.lost(cause))
  }

  #abandoned(cause: Error): void {
    for (const subscription of this.#wanted.subscriptions) subscription.end(cause)
    this.#wanted.end(cause)
    void this.guard('abandoned', () => this.abandoned(cause))
  }

  #missed(topic: Buffer): void {
    const gap = { reason: 'missed', fromMs: undefined, toMs: this.#nowMs(), topic } as const
    this.#tellGap(gap, this.#wanted.concerned(topic))
  }

  #tellGap(gap: Gap, subscriptions: Iterable<Subscription>): void {
    for (const subscription of subscriptions) {
      subscription.missed(gap)
      void this.guard('mayHaveMissed', () => this.mayHaveMissed(gap, subscription))
    }
  }

  async #unsubscribe(subscription: Subscription): Promise<void> {
    subscription.end(undefined)
    await this.#wanted.delete(subscription)
  }

  /** Whether to send it again. @throws what cannot be mended by that */
  #judge(error: unknown, attempts: number): undefined {
    const code = error instanceof TransportError ? error.code : undefined
    if (code === undefined || FINAL.has(code)) throw error
    if (attempts < this.#settings.maxAttempts) return undefined
    throw new TransportError('NOTIFY_UNCERTAIN', { attempts }, { cause: error })
  }

  #hookFailed(hook: string, cause: unknown): void {
    void this.guard(hook, () => {
      throw cause
    })
  }
}

/** Errors that sending again does not mend. */
const FINAL: ReadonlySet<Code> = new Set(['ABORTED', 'BODY_FAILED', 'CLOSED', 'ABANDONED', 'LONELY_UNWRITABLE'])
