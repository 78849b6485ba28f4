import { randomUUID } from 'node:crypto'
import { type Abortable, type ConnectionDetails, Deferred, handled, onAbort } from '@/core/index.js'
import type { Json } from '@/protocols/stp/jsonText.js'
import type { Peer } from '@/protocols/stp/peer.js'
import type { StpPeerOptions, StpTcpOptions, StpUdpOptions } from '@/protocols/stp/post.js'
import type { PeerListHandler } from '@/protocols/stp/register.js'
import { checkedHandler, type DataCheck, type StpHandler, type StpMiddleware } from '@/protocols/stp/routes.js'
import type { StpCounts } from '@/protocols/stp/stpCounts.js'
import { StpNode } from '@/protocols/stp/stpNode.js'
import { type StpOptions, stpSettingsOf } from '@/protocols/stp/stpOptions.js'
import type { StpPacket, StpProtocol } from '@/protocols/stp/stpPacket.js'
import { TransportError } from '@/errors.js'

/**
 * A node that speaks STP: it hears multicasts and packets over TCP, hands them to the handlers of their route, and knows
 * its peers. Extend it for hooks of its own. Each node of a process has its own routes, peers and key.
 * @see WIRE.md
 */
export class StpServer {
  readonly #node: StpNode
  readonly #whenClosed: Deferred[] = []

  /** Makes a node that does not listen yet, but can send. @throws TransportError OPTION_INVALID */
  constructor(options: StpOptions = {}) {
    this.#node = new StpNode(stpSettingsOf(options), options.session ?? randomUUID(), options.key, {
      errorRaised: (error) => this.errorRaised(error),
      packetDropped: (error, ip, protocol) => this.packetDropped(error, ip, protocol),
      answerFailed: (error, ip) => this.answerFailed(error, ip),
      keyChanged: (peer, offered) => this.keyChanged(peer, offered),
    })
  }

  // Hooks. What they throw goes to `errorRaised`.

  /** Something went wrong that belongs to no call: HOOK_FAILED, HANDLER_TIMEOUT, PEER_KEY_CHANGED, and what the sockets report. By default a warning of the process. */
  protected errorRaised(error: TransportError): void {
    process.emitWarning(error.message, { type: 'framewright', code: error.code })
  }

  /**
   * What came from there was no packet, not for us, or one too many: PACKET_MALFORMED, PACKET_UNDECRYPTABLE, MEMORY_LIMIT,
   * CLOSED, or what ended a connection. Our own packets do not count. It is in `counts`, too.
   */
  protected packetDropped(_error: Error, _ip: string | undefined, _protocol: StpProtocol): void {}

  /** An answer to a discovery request did not get through. Originals stop listening on TCP; they have been sent a datagram instead. */
  protected answerFailed(_error: TransportError, _ip: string): void {}

  /**
   * A packet of this peer has another key than the pinned one. Called once for each other key, of at most eight.
   * @param offered SubjectPublicKeyInfo DER, lower-case hex
   * @returns true to pin it from now on; by default the pinned one stays, and `errorRaised` hears PEER_KEY_CHANGED
   */
  protected keyChanged(peer: Peer, offered: string): boolean {
    const { ip, tcpport, publicKey } = peer
    const [pinned, other] = [publicKey, offered].map((key) => key?.slice(-32))
    this.#node.raise(new TransportError('PEER_KEY_CHANGED', { ip, tcpport, pinned, offered: other }))
    return false
  }

  // Routes.

  /**
   * Adds a handler to a route. Handlers of one packet run in the order in which they were added, and no two packets are
   * handled at once: while a promise is pending, later packets wait. A throw harms nobody else.
   */
  route(namespace: string, handler: StpHandler): this
  /**
   * The same, for data of one form.
   * @param check only data that it accepts gets to the handler; other data is reported by `packetDropped` as PACKET_MALFORMED
   */
  route<Data extends Json>(namespace: string, check: DataCheck<Data>, handler: StpHandler<Data>): this
  route<Data extends Json>(namespace: string, ...how: [StpHandler] | [DataCheck<Data>, StpHandler<Data>]): this {
    const handler = how.length === 1 ? how[0] : checkedHandler(...how, (packet) => this.#unexpected(packet))
    this.#node.routes.add(namespace, handler)
    return this
  }

  /** Adds a function that sees every accepted packet, whatever its namespace, before the handlers. */
  addMiddleware(middleware: StpMiddleware): this {
    this.#node.routes.addMiddleware(middleware)
    return this
  }

  /**
   * Adds a function that hears of each new peer before it is in the list, with nobody removed; and of those that are
   * gone, with null as the new one.
   */
  onPeerListUpdate(handler: PeerListHandler): this {
    this.#node.register.onUpdate(handler)
    return this
  }

  // Life.

  /**
   * Listens on both ports, and looks for peers from time to time. Resolves when it does. A multicast group that cannot
   * be joined yet is tried again, and is no failure.
   * @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED, ALREADY_STARTED, ABORTED; then nothing is bound
   */
  listen(options: Abortable = {}): Promise<void> {
    return handled(this.#node.listen(options))
  }

  /** Listens until the signal fires or `close` is called, then resolves, when all is closed. @throws TransportError as `listen` */
  run(options: Abortable = {}): Promise<void> {
    return handled(this.#run(options))
  }

  async #run(options: Abortable): Promise<void> {
    await this.#node.listen(options)
    const closed = new Deferred()
    this.#whenClosed.push(closed)
    onAbort(options.signal, closed.promise, () => void this.close())
    await closed.promise
  }

  /** Closes every socket; what is being sent rejects, and what waits for a handler is dropped. May `listen` again. Never rejects. */
  async close(): Promise<void> {
    await this.#node.close()
    for (const closed of this.#whenClosed.splice(0)) closed.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  // Sending.

  /**
   * Multicasts data in the clear, with the public key. Resolves when the system has taken the datagram; who hears it is not known.
   * @param options `port` if not the own UDP port
   * @throws TransportError MESSAGE_UNSENDABLE, DATAGRAM_TOO_LARGE, DATAGRAM_UNSENT, GROUP_UNREACHED, CLOSED
   */
  broadcast(namespace: string, data: Json, options: Abortable & { readonly port?: number } = {}): Promise<void> {
    const { port, ...rest } = options
    const how = { ...rest, namespace, passPubKey: true, ...(port === undefined ? {} : { toPort: port }) }
    return handled(this.#node.post.sendUdp(data, how))
  }

  /**
   * Sends one datagram, to the group or to one address. Nobody answers.
   * @throws TransportError as `broadcast`; with `key`, BODY_UNSEALABLE and PEER_KEY_UNKNOWN
   */
  sendUdp(data: Json, options: StpUdpOptions = {}): Promise<void> {
    return handled(this.#node.post.sendUdp(data, options))
  }

  /**
   * Sends one packet on a connection of its own. Resolves when the other end has closed it in good order, which is all
   * that this protocol has to say.
   * @throws TransportError MESSAGE_UNSENDABLE; CONNECT_REFUSED and the like, CONNECTION_RESET, IDLE_TIMEOUT when it does not close within
   * `packetTimeoutMs`, ABORTED, CLOSED; with `key`, BODY_UNSEALABLE and PEER_KEY_UNKNOWN
   */
  sendTcp(data: Json, toAddr: string, options: StpTcpOptions = {}): Promise<void> {
    return handled(this.#node.post.sendTcp(data, toAddr, options))
  }

  /**
   * Sends to a known peer over TCP, sealed for it unless `encrypt` is false. A failure does not remove the peer.
   * @param peer of several at one address, the one heard last, unless it is one of `peers`
   * @throws TransportError as `sendTcp`; PEER_UNKNOWN, PEER_KEY_UNKNOWN, BODY_UNSEALABLE
   */
  sendToPeer(namespace: string, data: Json, peer: string | Peer, options: StpPeerOptions = {}): Promise<void> {
    return handled(this.#node.post.sendToPeer(namespace, data, peer, options))
  }

  /** Asks all nodes for a sign of life, now. Originals stop listening on TCP when they have answered one: do not ask more often than needed. */
  requestSync(): Promise<void> {
    return handled(this.#node.sync())
  }

  // State.

  /** Those that have been heard from lately. */
  get peers(): readonly Peer[] {
    return this.#node.register.peers
  }

  get username(): string {
    return this.#node.user
  }

  /** The next packet has it. */
  set username(name: string) {
    this.#node.user = name
  }

  /** The identity by which this node knows its own packets. */
  get session(): string {
    return this.#node.session
  }

  /** SubjectPublicKeyInfo DER, lower-case hex, as it is published. */
  publicKey(): Promise<string> {
    return handled(this.#node.identity().then(({ publicKeyHex }) => publicKeyHex))
  }

  /** Where it listens. @throws TransportError NOT_OPEN while it does not */
  get addresses(): { readonly udp: ConnectionDetails; readonly tcp: ConnectionDetails } {
    const { udpAddress: udp, tcpAddress: tcp } = this.#node.transports
    if (udp === undefined || tcp === undefined) throw new TransportError('NOT_OPEN', { what: 'STP server' })
    return { udp, tcp }
  }

  get counts(): StpCounts {
    return { ...this.#node.counts }
  }

  #unexpected({ namespace, sender, protocol }: StpPacket): void {
    const error = new TransportError('PACKET_MALFORMED', { problem: 'the route expects other data', namespace })
    this.#node.dropped(error, sender, protocol)
  }
}
