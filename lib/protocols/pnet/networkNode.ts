import { type Abortable, type Cancel, ConnectionDetails, isPromise, raise } from '@/core/index.js'
import { decodeAdvertisement, encodeDatagram } from '@/protocols/pnet/advertisement.js'
import { Desk, type Request } from '@/protocols/pnet/desk.js'
import { Discovery } from '@/protocols/pnet/discovery.js'
import { openEnvelope, sealEnvelope } from '@/protocols/pnet/envelope.js'
import { Network } from '@/protocols/pnet/network.js'
import { NodeClient } from '@/protocols/pnet/nodeClient.js'
import { NodeKey } from '@/protocols/pnet/nodeKey.js'
import { type NodeOptions, type NodeSettings, nodeSettingsOf } from '@/protocols/pnet/nodeOptions.js'
import { NodeServer } from '@/protocols/pnet/nodeServer.js'
import type { FanOut } from '@/protocols/pnet/outcome.js'
import { PeerBook } from '@/protocols/pnet/peerBook.js'
import type { Peer } from '@/protocols/pnet/peerTable.js'
import type { Picklable, PickleValue } from '@/protocols/pnet/pickle/pickleValue.js'
import { NodePublicKey } from '@/protocols/pnet/publicKey.js'
import { PublicKeyCache } from '@/protocols/pnet/publicKeyCache.js'
import { decodeUniversal, encodeUniversal } from '@/protocols/pnet/universal.js'
import { TransportError, wordsOf } from '@/errors.js'

/** Who is asked: a name, several names, or `*`, which is everybody known. */
export type Targets = '*' | readonly string[]

/**
 * A node of a pnet network, without a way of its own to speak: what Node, AdvancedNode and CommandNode share. It hears
 * who is there, tells of itself, takes requests and makes them.
 */
export abstract class NetworkNode implements AsyncDisposable {
  readonly #settings: NodeSettings
  readonly #network: Network
  readonly #keys: PublicKeyCache
  readonly #peers: PeerBook
  readonly #discovery: Discovery
  #client: NodeClient | undefined
  #server: NodeServer | undefined
  #key: Promise<NodeKey> | undefined
  #starting: Promise<void> | undefined
  #closing: Promise<void> | undefined
  #cancelHousekeeping: Cancel | undefined

  /** @throws TransportError OPTION_INVALID, NAME_UNUSABLE, FERNET_KEY_INVALID, NODE_KEY_INVALID */
  constructor(options: NodeOptions) {
    const settings = nodeSettingsOf(options)
    const { networkId, networkKey, maxPeers, clock } = settings
    this.#settings = settings
    this.#network = new Network(networkKey === undefined ? { networkId } : { networkId, networkKey })
    this.#keys = new PublicKeyCache(maxPeers)
    this.#peers = new PeerBook({
      ownName: settings.name,
      network: this.#network,
      keys: this.#keys,
      limits: settings,
      now: () => clock.now(),
      events: {
        peerJoined: (peer) => this.#guard('peerJoined', () => this.peerJoined(peer)),
        peerChanged: (peer, before) => this.#guard('peerChanged', () => this.peerChanged(peer, before)),
        peerExpired: (peer) => this.#guard('peerExpired', () => this.peerExpired(peer)),
      },
    })
    this.#discovery = new Discovery(settings, {
      advertised: (datagram, source) => this.#peers.heard(datagram, source),
      errorRaised: (error) => this.#raise(error),
    })
  }

  // Hooks. A throw in one of them goes to `errorRaised`, and changes nothing.

  /** Somebody is there whom this node did not know. */
  protected peerJoined(_peer: Peer): void | Promise<void> {}

  /** A known name has another key or another address. Nobody proves who he is: whoever sends the newest advertisement has the name. */
  protected peerChanged(_peer: Peer, _before: Peer): void | Promise<void> {}

  /** A peer has told nothing of itself for `peerLifetimeMs`. */
  protected peerExpired(_peer: Peer): void | Promise<void> {}

  /** A request of a peer got no good answer: it was junk, or what handles requests threw. The node goes on. */
  protected requestFailed(_error: TransportError, _remote: string | undefined): void | Promise<void> {}

  /** Something went wrong that belongs to no request and to no call. By default a warning of the process. */
  protected errorRaised(error: TransportError): void {
    process.emitWarning(error.message, { type: 'framewright', code: error.code })
  }

  /** Once for each request, many at a time; what it gives is sealed for the peer. @internal */
  protected abstract handle(value: PickleValue, request: Request): Picklable | Promise<Picklable>

  // State.

  get name(): string {
    return this.#settings.name
  }

  /** Who is known now, in the order in which they came. */
  get peers(): readonly Peer[] {
    return this.#peers.table.all
  }

  /** Advertisements of strangers that found no room, since `maxPeers` were known. */
  get droppedPeers(): number {
    return this.#peers.table.droppedPeers
  }

  /** Where requests are taken. @throws TransportError NOT_OPEN while they are not */
  get address(): ConnectionDetails {
    if (this.#server === undefined) throw new TransportError('NOT_OPEN', { what: 'node' })
    return this.#server.address
  }

  /** What others seal for. The first to ask for it waits until a new key is made, unless one was given. */
  async publicKey(): Promise<NodePublicKey> {
    return (await this.ownKey()).publicKey
  }

  // Use.

  /**
   * Takes requests, hears who is there, and tells of itself, now and at every interval.
   * @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED, MESSAGE_UNSENDABLE when name and key make too long an
   * advertisement, ALREADY_STARTED; then nothing is left open
   */
  async serve(): Promise<void> {
    if (this.#starting !== undefined || this.#closing !== undefined) {
      throw new TransportError('ALREADY_STARTED', { what: 'node' })
    }
    this.#starting = this.#serve()
    try {
      await this.#starting
    } catch (error) {
      await this.shutdown()
      throw error
    }
  }

  /** Only hears who is there, for a node that makes requests and takes none. @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED */
  async discover(): Promise<void> {
    await this.#discovery.listen()
    this.#keepHouse()
  }

  /**
   * Says and takes nothing more; requests that are being answered are answered, within five seconds. Afterwards it may serve again.
   * Never rejects.
   */
  shutdown(): Promise<void> {
    this.#closing ??= this.#close().finally(() => {
      this.#closing = undefined
    })
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown()
  }

  /**
   * Makes a peer known by hand. It stays known, and advertisements do not change it.
   * @param peer its key may also be PEM, "RSA PUBLIC KEY"
   * @throws TransportError NODE_KEY_INVALID, PEER_LIMIT
   */
  addPeer(peer: { name: string; host: string; port: number; publicKey: NodePublicKey | string }): void {
    const { name, host, port, publicKey } = peer
    const key = typeof publicKey === 'string' ? NodePublicKey.parsePem(publicKey) : publicKey
    this.#peers.table.give({ name, host, port, publicKey: key })
  }

  forgetPeer(name: string): void {
    this.#peers.table.forget(name)
  }

  /**
   * Resolves when the peer is known, at once if it is already. Without `discover` or `serve`, somebody must add it.
   * @throws TransportError ABORTED; CLOSED when the node is shut down before
   */
  peerKnown(name: string, { signal }: Abortable = {}): Promise<Peer> {
    return this.#peers.known(name, signal)
  }

  // For those who extend it.

  /** @internal */
  protected get settings(): NodeSettings {
    return this.#settings
  }

  /** @internal */
  protected ownKey(): Promise<NodeKey> {
    const { key, keyBits: bits } = this.#settings
    this.#key ??= key === undefined ? NodeKey.generate({ bits }) : Promise.resolve(key)
    return this.#key
  }

  /** Runs at every advertisement interval. @internal */
  protected housekeep(): void {}

  /** Gives back what is held beside connections. @internal */
  protected async release(): Promise<void> {}

  /** @throws TransportError PEER_UNKNOWN @internal */
  protected reach(name: string): Peer {
    const peer = this.#peers.table.get(name)
    if (peer === undefined) throw new TransportError('PEER_UNKNOWN', { name })
    return peer
  }

  /**
   * One request to one peer, and its reply.
   * @throws TransportError CONNECT_REFUSED and others when it is not to be reached; PACKET_REFUSED, REPLY_MISSING,
   * REPLY_TIMEOUT, REPLY_UNREADABLE; PENDING_LIMIT, ABORTED
   * @internal
   */
  protected async ask(peer: Peer, value: Picklable, signal: AbortSignal | undefined): Promise<PickleValue> {
    const own = await this.ownKey()
    const packet = this.#network.encode('msg', sealEnvelope(encodeUniversal(value), peer.publicKey), own.publicKey)
    this.#client ??= new NodeClient(this.#settings)
    const host = peer.host === 'localhost' ? '127.0.0.1' : peer.host
    const line = await this.#client.exchange({ host, port: peer.port }, packet, signal)
    try {
      return decodeUniversal(openEnvelope(this.#network.decode(line, ['rsp']).content, own))
    } catch (error) {
      if (error instanceof TransportError && error.code === 'PACKET_REFUSED') throw error
      throw new TransportError('REPLY_UNREADABLE', { name: peer.name }, { cause: error })
    }
  }

  /** One call for each of several peers. @internal */
  protected fanOut<T>(targets: Targets, call: FanOut<T>['call'], signal: AbortSignal | undefined): FanOut<T> {
    const names = targets === '*' ? this.peers.map(({ name }) => name) : targets
    return { names, atOnce: this.#settings.targetsAtOnce, signal, call }
  }

  /** Tells `requestFailed`. @internal */
  protected failed(error: TransportError, remote: string | undefined): void {
    this.#guard('requestFailed', () => this.requestFailed(error, remote))
  }

  async #serve(): Promise<void> {
    const key = await this.ownKey()
    const { clock, handlerTimeoutMs, name } = this.#settings
    const owner = {
      handle: (value: PickleValue, request: Request) => this.handle(value, request),
      advertised: (content: Buffer, from: NodePublicKey, source: string | undefined) =>
        this.#peers.met(decodeAdvertisement(content, false), from, source),
      requestFailed: (error: TransportError, remote: string | undefined) => this.failed(error, remote),
    }
    const desk = new Desk({ network: this.#network, key, keys: this.#keys, clock, handlerTimeoutMs, owner })
    const server = new NodeServer(this.#settings, {
      answer: (line, remote, life) => desk.answer(line, remote, life),
      requestFailed: owner.requestFailed,
      errorRaised: (error) => this.#raise(error),
    })
    await server.start()
    this.#server = server
    await this.discover()
    const { host: listenHost, port } = server.address
    const datagramFor = (host: string): Buffer => encodeDatagram({ name, host, port }, this.#network, key.publicKey)
    await this.#discovery.advertise({ listenHost, datagramFor })
  }

  async #close(): Promise<void> {
    // What is being opened can be closed only when it is open.
    await this.#starting?.catch(() => {})
    this.#cancelHousekeeping?.()
    this.#cancelHousekeeping = undefined
    this.#peers.close()
    await this.#discovery.close()
    await this.#server?.close()
    await this.#client?.close()
    this.#server = this.#client = undefined
    await this.release()
    this.#starting = undefined
  }

  #keepHouse(): void {
    const { clock, advertiseIntervalMs } = this.#settings
    this.#cancelHousekeeping ??= clock.every(advertiseIntervalMs, () => {
      this.#peers.table.expire()
      this.housekeep()
    })
  }

  #guard(hook: string, call: () => void | Promise<void>): void {
    const failed = (cause: unknown): void =>
      this.#raise(new TransportError('HOOK_FAILED', { hook, says: wordsOf(cause) }, { cause }))
    try {
      const work = call()
      if (isPromise(work)) work.then(undefined, failed)
    } catch (error) {
      failed(error)
    }
  }

  #raise(error: TransportError): void {
    raise((raised) => this.errorRaised(raised), error)
  }
}
