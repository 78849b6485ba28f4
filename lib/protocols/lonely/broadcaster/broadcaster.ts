import { asBuffer } from '@/bytes/asBuffer.js'
import {
  type Abortable,
  checkRanges,
  type CloseOptions,
  type ConnectionDetails,
  type DrainReport,
  Server,
  systemClock,
  systemError,
} from '@/core/index.js'
import type { Auth } from '@/protocols/lonely/auth/authScheme.js'
import { noAuth } from '@/protocols/lonely/auth/noAuth.js'
import { BodyStore, type HeldBodies } from '@/protocols/lonely/bodies/bodyStore.js'
import type { Broker } from '@/protocols/lonely/broadcaster/broker.js'
import { BroadcasterConnection } from '@/protocols/lonely/broadcaster/broadcasterConnection.js'
import {
  type BroadcasterOptions,
  type BroadcasterSettings,
  DICTIONARY_RANGES,
  type DictionaryLimits,
  broadcasterSettings,
} from '@/protocols/lonely/broadcaster/broadcasterOptions.js'
import { InProcessRelay } from '@/protocols/lonely/broadcaster/inProcessRelay.js'
import type { Relay } from '@/protocols/lonely/broadcaster/relay.js'
import { Switchboard } from '@/protocols/lonely/broadcaster/switchboard.js'
import { pooledRandom } from '@/protocols/lonely/randomSource.js'
import { oneOf } from '@/protocols/lonely/session/oneOf.js'
import { topicOf } from '@/protocols/lonely/session/pattern.js'
import { setUp, tearDown } from '@/protocols/lonely/auth/setUp.js'
import { transportOptions, WEB_SOCKET_OPTIONS } from '@/protocols/lonely/session/transportOptions.js'
import { MAX_DICTIONARY_BYTES } from '@/protocols/lonely/session/preset.js'
import { WebSocketListener } from '@/protocols/lonely/webSocket/webSocketListener.js'
import { sha512 } from '@/protocols/lonely/sha512.js'
import { loadZstd, type Zstd } from '@/protocols/lonely/zstd.js'
import { TransportError } from '@/errors.js'

const NO_AUTH: Auth = { toBroadcaster: noAuth(), toSubscriber: noAuth() }
/** When there is no room for bodies, all subscribers are looked at so often. */
const ASK_MS = 1_000
const WEB_SOCKET_PATH = '/v1/websocket'

/**
 * Takes notifications and hands each to every subscriber of its topic, over framed TCP and WebSockets at once.
 * Subscriptions live as long as their connections, in memory; nothing is kept for those who are not there.
 * @see WIRE.md
 */
export class Broadcaster extends Server<BroadcasterConnection> {
  readonly #options: BroadcasterOptions
  readonly #settings: BroadcasterSettings
  readonly #auth: Auth
  readonly #relay: Relay
  readonly #bodies: BodyStore
  readonly #switchboard: Switchboard
  readonly #broker: Broker
  #webSockets: WebSocketListener | undefined
  #joined = false
  /** When subscribers were last asked for room. */
  #askedMs = Number.NEGATIVE_INFINITY
  #zstd: Zstd | undefined

  /** @throws TransportError OPTION_INVALID, ADDRESS_INVALID */
  constructor(options: BroadcasterOptions = {}) {
    const settings = broadcasterSettings(options)
    const framing = oneOf('framing', options.framing ?? 'handshake', ['handshake', 'length'])
    const { auth: _auth, relay: _relay, ...others } = options
    super({ ...transportOptions(framing, settings.windowBytes + settings.maxSendBytes), ...others, framing })
    this.#options = options
    this.#settings = settings
    this.#auth = { ...NO_AUTH, ...options.auth }
    this.#relay = options.relay ?? new InProcessRelay()
    this.#bodies = new BodyStore(settings, options.spoolFolder, { askForRoom: () => this.#makeRoom() })
    const random = options.random ?? pooledRandom()
    this.#switchboard = new Switchboard(random, settings)
    const zstd = (): Zstd | undefined => this.#zstd
    this.#broker = {
      settings,
      auth: this.#auth,
      bodies: this.#bodies,
      clock: options.clock ?? systemClock,
      get zstd() {
        return zstd()
      },
      random,
      nowMs: options.nowMs ?? Date.now,
      publish: (topic, body) => this.#switchboard.publish(topic, body),
      subscribe: (session, pattern, done) => this.#switchboard.subscribe(session, pattern, done),
      unsubscribe: (session, pattern) => this.#switchboard.unsubscribe(session, pattern),
    }
  }

  /** Where WebSockets are accepted, with the port the system has picked; undefined while they are not. */
  get webSocketAddress(): ConnectionDetails | undefined {
    return this.#webSockets?.address
  }

  /** Different topics and globs that are subscribed to now. */
  get patterns(): number {
    return this.#switchboard.patterns
  }

  /** What the bodies that are under way take. */
  get bodies(): HeldBodies {
    return this.#bodies.held
  }

  /** Ids of the broadcasters that the relay knows, this one included. */
  get members(): readonly string[] {
    return this.#switchboard.members
  }

  /**
   * As `Server.start`, with the relay and the WebSockets.
   * @throws TransportError also PACKAGE_MISSING, or what the relay or the authorization says; then it listens nowhere
   */
  override async start(options: Abortable = {}): Promise<void> {
    if (this.#joined) throw new TransportError('ALREADY_STARTED', { what: 'broadcaster' })
    this.#joined = true
    try {
      await setUp(this.#auth)
    } catch (error) {
      this.#joined = false
      throw error
    }
    try {
      this.#zstd = await this.#findZstd()
      await this.#switchboard.join(this.#relay)
      await super.start(options)
      await this.#listenForWebSockets()
    } catch (error) {
      await this.destroy()
      throw error
    }
  }

  /**
   * As `Server.close`: stops listening, and closes every connection when what is on its way has left. Bodies that wait
   * are dropped.
   */
  override async close(options: CloseOptions = {}): Promise<void> {
    this.#webSockets?.stop()
    await super.close(options)
    await this.#leave()
  }

  /** As `Server.drain`. */
  override async drain(options: CloseOptions = {}): Promise<DrainReport> {
    this.#webSockets?.stop()
    const report = await super.drain(options)
    await this.#leave()
    return report
  }

  /**
   * A notification of the broadcaster's own.
   * @param data copied when it is small; otherwise not to be changed any more
   * @returns how many subscribers it was queued for
   * @throws TransportError BODY_TOO_LARGE, SPOOL_FULL, BODY_FAILED, NOT_OPEN
   */
  async notify(topic: string | Uint8Array, data: string | Uint8Array): Promise<number> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : asBuffer(data)
    const body = await this.#bodies.keep(bytes, sha512(bytes))
    try {
      return await this.#switchboard.publish(topicOf(topic), body)
    } finally {
      body.release()
    }
  }

  /** Tells the subscribers of a topic that something on it may have passed them. Nothing is confirmed. */
  tellMissed(topic: string | Uint8Array): void {
    this.#switchboard.missed(topicOf(topic))
  }

  /**
   * Gives every connection that wants dictionaries this one, which is used for what is sent from then on. A connection
   * keeps the two given last.
   * @param dictionary as zstd takes it: trained, or any bytes that bodies have in common. At most 1 MiB
   * @returns the number of connections it goes to
   * @throws TransportError OPTION_INVALID
   */
  offerDictionary(dictionary: Uint8Array, options: DictionaryLimits = {}): number {
    const { length } = dictionary
    if (length < 1 || length > MAX_DICTIONARY_BYTES) {
      const given = `${length} bytes`
      throw new TransportError('OPTION_INVALID', { option: 'dictionary', given, max: MAX_DICTIONARY_BYTES })
    }
    const use = checkRanges<DictionaryLimits>(options, DICTIONARY_RANGES)
    const bytes = Buffer.from(dictionary)
    const offered = { bytes, sha512: sha512(bytes) }
    return [...this.activeConnections.values()].filter(({ session }) => session.offerDictionary(offered, use)).length
  }

  protected override createConnection(): BroadcasterConnection {
    return new BroadcasterConnection(this.#broker)
  }

  /** @internal */
  protected override get listensElsewhere(): boolean {
    return this.#options.webSocket !== undefined
  }

  async #listenForWebSockets(): Promise<void> {
    const { webSocket, tls, clock = systemClock } = this.#options
    if (webSocket === undefined) return
    const { maxMessageBytes, openingTimeoutMs } = this.settings
    this.#webSockets = await WebSocketListener.open(
      {
        listen: webSocket.listen,
        path: webSocket.path ?? WEB_SOCKET_PATH,
        tls,
        maxMessageBytes,
        openingTimeoutMs,
        maxSockets: this.connectionLimit,
        clock,
        pingMs: this.#settings.pingMs,
        failed: (error) => this.raise(systemError(error, 'LISTEN_FAILED')),
      },
      (stream) => this.accept(stream, WEB_SOCKET_OPTIONS),
    )
  }

  /** Nobody's bodies wait for a subscriber that takes nothing, so those of such subscribers go. */
  #makeRoom(): void {
    const { clock, settings } = this.#broker
    if (clock.now() - this.#askedMs < ASK_MS) return
    this.#askedMs = clock.now()
    const afterMs = Math.max(settings.slowAfterMs, ASK_MS)
    for (const { session } of [...this.activeConnections.values()]) session.makeRoom(afterMs)
  }

  async #findZstd(): Promise<Zstd | undefined> {
    const { zstd, presets } = this.#options
    if (zstd === 'off' || presets?.length === 0) return undefined
    return zstd ?? (await loadZstd())
  }

  async #leave(): Promise<void> {
    if (!this.#joined) return
    this.#joined = false
    this.#webSockets = undefined
    try {
      await this.#switchboard.leave()
    } finally {
      await tearDown(this.#auth)
    }
  }
}
