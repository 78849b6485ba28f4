import { type Abortable, handled, raise, type Server } from '@/core/index.js'
import { Aliases } from '@/protocols/pyile/aliases.js'
import { type BroadcastEnd, type BroadcastReport, reportOf } from '@/protocols/pyile/broadcastReport.js'
import { Courier } from '@/protocols/pyile/courier.js'
import type { Delivery } from '@/protocols/pyile/delivery.js'
import { SendException, StatusException } from '@/protocols/pyile/exceptions.js'
import { Guard } from '@/protocols/pyile/guard.js'
import { BROADCAST, type Message, ownMessage, type OwnMessage } from '@/protocols/pyile/message.js'
import { MessageConnection } from '@/protocols/pyile/messageConnection.js'
import { Messenger, type Note, type NoteState } from '@/protocols/pyile/messenger.js'
import { type PeerAddress, peerName, samePeer } from '@/protocols/pyile/peerAddress.js'
import type { PeerList } from '@/protocols/pyile/peerList.js'
import { type PeerOptions, type PeerSettings, peerSettingsOf } from '@/protocols/pyile/peerOptions.js'
import { Wire } from '@/protocols/pyile/wire.js'
import { TransportError } from '@/errors.js'

/** How each kind of note is added. */
const ADDING = { INFO: 'addInfo', WARNING: 'addWarning', ERROR: 'addError' } as const satisfies Record<
  NoteState,
  string
>

/** What is not worth a broadcast. */
const EMPTY: readonly unknown[] = ['', ' ', '\n']

/**
 * One member of a Pyile network: what the peer that owns it and those that join have in common. Extend `AuthPeer` or
 * `JoinPeer` and override the hooks you need. A hook that throws is told to `errorRaised` and harms nobody else; none is
 * waited for.
 */
export abstract class Peer {
  readonly alias: string
  readonly messenger: Messenger
  readonly #guard = new Guard((error) => this.raise(error))
  readonly #server: Server<MessageConnection>
  readonly #courier: Courier
  /** @internal */
  protected readonly wire: Wire
  /** @internal */
  protected readonly settings: PeerSettings
  readonly #aliases = new Aliases()
  #connecting: Promise<void> | undefined
  #leaving: Promise<void> | undefined
  #disconnected = false

  /** @throws TransportError OPTION_INVALID */
  constructor(options: PeerOptions) {
    this.settings = peerSettingsOf(options)
    this.wire = new Wire(options, this.settings)
    this.alias = options.alias
    this.messenger = options.messenger ?? new Messenger()
    const raised = (error: TransportError): void => this.raise(error)
    const { peerPort, maxMessageConnections: connectionLimit, stepTimeoutMs: idleTimeoutMs } = this.settings
    const { maxMessageConnectionsPerHost: connectionLimitPerAddress } = this.settings
    const openingLimitPerAddress = connectionLimitPerAddress
    const limits = { connectionLimit, connectionLimitPerAddress, openingLimitPerAddress, idleTimeoutMs }
    const desk = {
      alias: this.alias,
      knows: (host: string) => this.list.hasHost(host),
      received: (message: Message) => this.#received(message),
      dropped: (host: string, why: 'stranger' | Error) => this.#dropped(host, why),
    }
    const create = (): MessageConnection => new MessageConnection(desk)
    this.#server = this.wire.server(peerPort, limits, { create, raised })
    this.#courier = new Courier(this.wire, this.settings, raised)
  }

  // Hooks.

  /** A message of another peer has been stored. */
  protected messageReceived(_message: Message): void | Promise<void> {}

  /** There is another list. */
  protected peersChanged(_peers: readonly PeerAddress[]): void | Promise<void> {}

  /** Something happened and stands in the messenger now. */
  protected noteAdded(_note: Note): void | Promise<void> {}

  /** Exactly once: this peer has left the network. `cause` is undefined when it wanted to. */
  protected left(_cause: Error | undefined): void | Promise<void> {}

  /** Something went wrong that belongs to no call, such as a hook that threw. By default a warning of the process. */
  protected errorRaised(error: TransportError): void {
    process.emitWarning(error.message, { type: 'framewright', code: error.code })
  }

  // State.

  /** All peers of the network as far as they are known, this one among them; none before it is in one. */
  get peers(): readonly PeerAddress[] {
    return this.list.addresses
  }

  /** Where this peer listens for messages. @throws StatusException NOT_OPEN while it does not */
  get peerAddress(): PeerAddress {
    if (this.#server.addresses.length === 0) throw new StatusException('NOT_OPEN', { what: 'peer' })
    return [this.settings.advertisedHost, this.#server.address.port]
  }

  /** What listed peers have called themselves in messages and receipts, by `HOST:PORT`. */
  get aliases(): ReadonlyMap<string, string> {
    return this.#aliases.byPeer
  }

  /** It has left, or was cut off. */
  get disconnected(): boolean {
    return this.#disconnected
  }

  // Operations.

  /**
   * Listens for messages; joining and letting others join do it when nobody has.
   * @throws StatusException NOT_OPEN after `leave`; TransportError ADDRESS_IN_USE, LISTEN_FAILED
   */
  connect(): Promise<void> {
    return handled(this.#connect())
  }

  /**
   * Sends to every other peer of the list, then stores a copy. Peers that cannot be reached are noted, and in the report.
   * @param data any JSON value. Exactly nothing, one space or one newline is not sent
   * @returns undefined when nothing was sent
   * @throws SendException VALUE_UNSENDABLE, OUTBOX_FULL: nobody got it; ABORTED: some may have. StatusException NOT_OPEN
   */
  broadcast(data: unknown, options: Abortable = {}): Promise<BroadcastReport | undefined> {
    return handled(this.#broadcast(data, options))
  }

  /**
   * Sends to one peer, listed or not, and stores a copy.
   * @param receiver what the message says it is for
   * @returns undefined, after a warning, when that peer is this one
   * @throws SendException PEER_UNREACHABLE, VALUE_UNSENDABLE, OUTBOX_FULL, ABORTED: nothing is stored. StatusException NOT_OPEN
   */
  send(
    address: PeerAddress,
    data: unknown,
    receiver: unknown = address,
    options: Abortable = {},
  ): Promise<Delivery | undefined> {
    return handled(this.#send(address, data, receiver, options))
  }

  /** Leaves the network and closes everything. Never rejects; further calls wait for the first. */
  leave(): Promise<void> {
    return this.leaveBecause(undefined)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave()
  }

  // For the two kinds of peers.

  /** @internal */
  protected get leaving(): boolean {
    return this.#leaving !== undefined
  }

  /** The newest list. @internal */
  protected abstract readonly list: PeerList

  /** This peer is in a network, so that it may send. @internal */
  protected abstract readonly connected: boolean

  /** Closes what keeps this peer in the network; at once, if it was cut off. @internal */
  protected abstract closeNetwork(cause: Error | undefined): Promise<void>

  /** @internal */
  protected leaveBecause(cause: Error | undefined): Promise<void> {
    this.#leaving ??= this.#leave(cause)
    return this.#leaving
  }

  /** @internal */
  protected note(state: NoteState, text: string): void {
    this.#guard.call('messenger', () => {
      const note = this.messenger[ADDING[state]](text)
      this.#guard.call('noteAdded', () => this.noteAdded(note))
    })
  }

  /** @internal */
  protected listChanged(): void {
    this.#aliases.keep(this.list)
    this.#guard.call('peersChanged', () => this.peersChanged(this.peers))
  }

  /** @internal */
  protected raise(error: TransportError): void {
    raise((raised) => this.errorRaised(raised), error)
  }

  #connect(): Promise<void> {
    if (this.#leaving !== undefined) return Promise.reject(new StatusException('NOT_OPEN', { what: 'peer' }))
    this.#connecting ??= this.#server.start().catch((error: unknown) => {
      this.#connecting = undefined
      throw error
    })
    return this.#connecting
  }

  async #broadcast(data: unknown, options: Abortable): Promise<BroadcastReport | undefined> {
    this.#assertConnected()
    if (EMPTY.includes(data)) return undefined
    const own = this.#write(data, BROADCAST)
    const { peerAddress } = this
    const others = this.peers.filter((peer) => !samePeer(peer, peerAddress))
    this.#courier.assertRoom(others.length)
    const ends = await Promise.all(others.map((peer) => this.#tell(peer, own.bytes, options)))
    if (options.signal?.aborted === true) throw new SendException('ABORTED')
    this.#store(own.stored)
    return reportOf(own.stored, ends)
  }

  async #send(
    address: PeerAddress,
    data: unknown,
    receiver: unknown,
    options: Abortable,
  ): Promise<Delivery | undefined> {
    this.#assertConnected()
    if (samePeer(address, this.peerAddress)) {
      this.note('WARNING', 'a message to oneself is not sent')
      return undefined
    }
    const own = this.#write(data, receiver)
    this.#courier.assertRoom(1)
    try {
      const receipt = await this.#deliver(address, own.bytes, options)
      this.#store(own.stored)
      return { message: own.stored, receipt }
    } catch (error) {
      this.#unreached(address, error)
      throw error
    }
  }

  async #leave(cause: Error | undefined): Promise<void> {
    // A start that is under way must not leave a listener behind.
    await this.#connecting?.catch(ignore)
    const { connected } = this
    await Promise.allSettled([this.closeNetwork(cause), this.#server.close(), this.#courier.close()])
    this.#disconnected = true
    if (connected) this.note('INFO', 'this peer has left the network')
    this.#guard.call('left', () => this.left(cause))
  }

  #assertConnected(): void {
    if (!this.connected || this.leaving) throw new StatusException('NOT_OPEN', { what: 'peer' })
  }

  #write(data: unknown, to: unknown): OwnMessage {
    const own = ownMessage(data, this.alias, to, this.peerAddress)
    const { maxValueBytes: limit } = this.settings
    if (own.bytes.length > limit) throw new SendException('VALUE_UNSENDABLE', { size: own.bytes.length, limit })
    return own
  }

  async #deliver(peer: PeerAddress, bytes: Buffer, options: Abortable): Promise<string | undefined> {
    const alias = await this.#courier.deliver(peer, bytes, options)
    this.#aliases.learn(peer, alias, this.list)
    return alias
  }

  async #tell(peer: PeerAddress, bytes: Buffer, options: Abortable): Promise<BroadcastEnd> {
    try {
      const receipt = await this.#deliver(peer, bytes, options)
      return { peer, how: receipt === undefined ? 'silent' : 'received' }
    } catch (error) {
      this.#unreached(peer, error)
      return { peer, how: 'unreachable' }
    }
  }

  #unreached(peer: PeerAddress, error: unknown): void {
    const givenUp = error instanceof SendException && error.code !== 'PEER_UNREACHABLE'
    if (!givenUp) this.note('INFO', `${peerName(peer)} is not responding`)
  }

  #store(message: Message): void {
    this.#guard.call('messenger', () => this.messenger.addMessage(message))
  }

  #received(message: Message): void {
    this.#store(message)
    this.#aliases.learn(message.from, message.alias, this.list)
    this.#guard.call('messageReceived', () => this.messageReceived(message))
  }

  #dropped(host: string, why: 'stranger' | Error): void {
    const reason = why === 'stranger' ? 'no peer of the network has this address' : why.message
    this.note('WARNING', `a message from ${host} was dropped: ${reason}`)
  }
}

const ignore = (): void => {}
