import type { RemoteInfo, Socket } from 'node:dgram'
import { Arrivals } from '@/core/arrivals.js'
import { handled, rejected } from '@/core/deferred.js'
import type { Cancel } from '@/core/clock.js'
import type { Abortable } from '@/core/abort.js'
import { type DatagramCounts, noDatagrams } from '@/core/datagramCounts.js'
import { type DatagramOptions, type DatagramSettings, datagramSettingsOf, isGroup } from '@/core/datagramOptions.js'
import { boundSocket, shut } from '@/core/datagramSocket.js'
import { type AddressLike, ConnectionDetails } from '@/core/details.js'
import { channels, publish } from '@/core/diagnostics.js'
import { flatUuid } from '@/core/flatUuid.js'
import { hookError } from '@/core/hookLoop.js'
import { Departures } from '@/core/departures.js'
import { Membership } from '@/core/membership.js'
import { raise } from '@/core/raise.js'
import { systemCode, systemError } from '@/core/systemError.js'
import { TransportError } from '@/errors.js'

/** Who sent a datagram; can be answered as an address. */
export interface DatagramSender {
  readonly host: string
  readonly port: number
}

interface Arrival {
  readonly message: Buffer
  readonly from: DatagramSender
}

/**
 * One UDP socket: to a group, to broadcast addresses, to single addresses, and from all of them. Extend it and override
 * `datagramReceived`. Nothing that a datagram, a hook or the network does closes it.
 */
export abstract class Datagrams {
  /** A random UUID; the `id` of its events. */
  readonly id = flatUuid()
  readonly #settings: DatagramSettings
  readonly #arrivals: Arrivals<Arrival>
  readonly #departures: Departures
  #state: 'idle' | 'opening' | 'open' | 'closing' = 'idle'
  #socket: Socket | undefined
  #membership: Membership | undefined
  #cancelRejoin: Cancel | undefined
  #opening: Promise<void> | undefined
  #closing: Promise<void> | undefined
  #renewing: Promise<void> | undefined
  readonly #counts = noDatagrams()

  /** @throws TransportError OPTION_INVALID */
  constructor(options: DatagramOptions = {}) {
    this.#settings = datagramSettingsOf(options)
    this.#arrivals = new Arrivals(
      this.#settings,
      ({ message, from }) => this.datagramReceived(message, from),
      (error) => this.#report(hookError('datagramReceived', error)),
    )
    this.#departures = new Departures(
      this.#settings,
      (message, to) => this.#left(message, to),
      (error) => {
        this.#counts.unsent++
        this.#report(error)
      },
    )
  }

  // Hooks.

  /**
   * Once for each datagram, in the order of arrival, never two at a time; while its promise is pending, later ones wait
   * within their bounds. The bytes are yours to keep. A throw goes to `errorRaised`, and the next datagram is handled.
   * @param _message 0 to `maxDatagramBytes` bytes
   */
  protected datagramReceived(_message: Buffer, _from: DatagramSender): void | Promise<void> {}

  /**
   * Something went wrong and the socket lives on: DATAGRAM_UNSENT (the call rejects, too), GROUP_UNREACHED (once, until
   * it is another problem), DATAGRAM_UNREAD, HOOK_FAILED. By default a warning of the process.
   */
  protected errorRaised(error: TransportError): void {
    process.emitWarning(error.message, { type: 'framewright', code: error.code })
  }

  // Use.

  /**
   * Binds the socket and joins the group. A group that cannot be joined yet is no failure: it is tried again every
   * `rejoinMs`.
   * @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED, ALREADY_STARTED, ABORTED; then nothing is bound
   */
  open(options: Abortable = {}): Promise<void> {
    if (this.#state !== 'idle') return rejected(new TransportError('ALREADY_STARTED', { what: 'datagrams' }))
    this.#opening = handled(this.#open(options.signal))
    return this.#opening
  }

  /** Where it is bound, with the port that the system has picked. @throws TransportError NOT_OPEN */
  get address(): ConnectionDetails {
    if (this.#state !== 'open' || this.#socket === undefined)
      throw new TransportError('NOT_OPEN', { what: 'datagrams' })
    const { address, port } = this.#socket.address()
    return new ConnectionDetails(address, port)
  }

  /** Whether the group hears us and we hear it, as far as the system has said; false without a group. */
  get joined(): boolean {
    return this.#membership?.joined ?? false
  }

  get counts(): DatagramCounts {
    return { ...this.#counts }
  }

  /**
   * Sends one datagram. Resolves when the system has taken it; whether anybody gets it is not known.
   * @param message must stay unchanged until then
   * @param to one address, or that of a group
   * @throws TransportError DATAGRAM_UNSENT, NAME_UNRESOLVED, DATAGRAM_TOO_LARGE, OUTBOX_FULL, GROUP_UNREACHED, NOT_BYTES, ADDRESS_INVALID, NOT_OPEN,
   * CLOSED; ABORTED: it may have left all the same
   */
  send(message: Uint8Array, to: AddressLike, options: Abortable = {}): Promise<void> {
    return handled(this.#send(message, to, options.signal))
  }

  /** `send` to the group, at the own port unless `options` has another. */
  sendToGroup(message: Uint8Array, options: Abortable & { readonly port?: number } = {}): Promise<void> {
    const { group } = this.#settings
    if (group === undefined) return rejected(new TransportError('ADDRESS_INVALID', { missing: 'group' }))
    return handled(this.#sendToOwnPort(message, [group], options))
  }

  /**
   * `send` to every one of `broadcastAddresses`. Resolves when all have been taken, rejects with the first failure
   * after all have been tried. At the own port unless `options` has another.
   */
  broadcast(message: Uint8Array, options: Abortable & { readonly port?: number } = {}): Promise<void> {
    const { broadcastAddresses } = this.#settings
    if (broadcastAddresses.length > 0) return handled(this.#sendToOwnPort(message, broadcastAddresses, options))
    return rejected(new TransportError('ADDRESS_INVALID', { missing: 'broadcastAddresses' }))
  }

  /**
   * Hears nothing more at once, gives the system what is on its way, then closes. A hook that is at work is not waited
   * for; what still waits for it is dropped and counted. Afterwards it may be opened again. Never rejects.
   */
  close(): Promise<void> {
    if (this.#state === 'idle') return Promise.resolve()
    this.#closing ??= this.#close().finally(() => {
      this.#closing = undefined
    })
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #open(signal: AbortSignal | undefined): Promise<void> {
    const { group, rejoinMs, clock } = this.#settings
    this.#state = 'opening'
    try {
      this.#use(await boundSocket(this.#settings, signal))
      if (group !== undefined) this.#cancelRejoin = clock.every(rejoinMs, () => this.#rejoin())
    } catch (error) {
      this.#state = 'idle'
      throw error
    }
  }

  /** From now on this is the socket. */
  #use(socket: Socket): void {
    const { broadcastAddresses, group, multicastTtl, multicastLoopback } = this.#settings
    this.#socket = socket
    this.#state = 'open'
    socket.on('error', (error) => {
      this.#counts.unread++
      this.#report(new TransportError('DATAGRAM_UNREAD', { system: systemCode(error) }, { cause: error }))
    })
    socket.setBroadcast(broadcastAddresses.length > 0)
    if (group !== undefined) {
      socket.setMulticastTTL(multicastTtl)
      socket.setMulticastLoopback(multicastLoopback)
      this.#membership = new Membership(socket, { ...this.#settings, group })
      this.#rejoin()
    }
    socket.on('message', (message, from) => this.#arrived(message, from))
  }

  async #close(): Promise<void> {
    await this.#opening?.catch(ignore)
    if (this.#state !== 'open') return
    this.#state = 'closing'
    this.#cancelRejoin?.()
    for (const arrival of this.#arrivals.takeAll()) {
      this.#counts.droppedAtClose++
      this.#dropped(arrival, 'closed')
    }
    const late = (): void => this.#departures.abandon(new TransportError('CLOSED'))
    const cancel = this.#settings.clock.after(this.#settings.closeTimeoutMs, late)
    await this.#departures.settled()
    cancel()
    await this.#renewing
    if (this.#socket !== undefined) await shut(this.#socket)
    this.#membership = undefined
    this.#state = 'idle'
  }

  async #send(message: Uint8Array, to: AddressLike, signal: AbortSignal | undefined): Promise<void> {
    const socket = this.#socket
    if (this.#state !== 'open' || socket === undefined) throw new TransportError('NOT_OPEN', { what: 'datagrams' })
    const details = ConnectionDetails.from(to)
    details.assertConnectable()
    if (details.path !== undefined) throw new TransportError('ADDRESS_INVALID', { given: details.toString() })
    // Without its interface, a group would be reached through another one, where it was not meant to be heard.
    const problem = isGroup(details.host) ? this.#membership?.problem : undefined
    if (problem !== undefined) throw problem
    await this.#departures.send(socket, message, details, signal)
  }

  async #sendToOwnPort(
    message: Uint8Array,
    hosts: readonly string[],
    { port, signal }: Abortable & { readonly port?: number },
  ): Promise<void> {
    const to = port ?? this.address.port
    const tried = await Promise.allSettled(hosts.map((host) => this.#send(message, { host, port: to }, signal)))
    for (const result of tried) if (result.status === 'rejected') throw result.reason
  }

  #left(message: Uint8Array, to: ConnectionDetails): void {
    this.#counts.sent++
    this.#counts.sentBytes += message.length
    if (channels.datagram.hasSubscribers) this.#publish('outbound', message, to)
  }

  #rejoin(): void {
    const trouble = this.#membership?.refresh()
    if (trouble === undefined) return
    this.#counts.unjoined++
    const full = trouble.problem.detail['system'] === 'ENOBUFS' && this.#settings.reuseAddr
    if (full && this.#renewing === undefined) this.#renewing = this.#renew()
    else if (trouble.news) this.#report(trouble.problem)
  }

  /**
   * An interface that is gone leaves its membership behind, and a socket may have only some twenty: another one, at the
   * same port, has none. Only where ports are shared, so that nobody else gets it meanwhile.
   */
  async #renew(): Promise<void> {
    const before = this.#socket
    try {
      if (before === undefined) return
      const socket = await boundSocket({ ...this.#settings, port: before.address().port }, undefined)
      if (this.#state === 'open') this.#use(socket)
      await shut(this.#socket === socket ? before : socket)
    } catch (error) {
      this.#report(systemError(error, 'LISTEN_FAILED'))
    } finally {
      this.#renewing = undefined
    }
  }

  #arrived(message: Buffer, { address, port }: RemoteInfo): void {
    if (this.#state !== 'open') return
    const arrival = { message, from: { host: address, port } }
    if (message.length > this.#settings.maxDatagramBytes) {
      this.#counts.droppedForSize++
      return this.#dropped(arrival, 'size')
    }
    if (channels.datagram.hasSubscribers) this.#publish('inbound', message, arrival.from)
    if (this.#arrivals.put(arrival)) {
      this.#counts.received++
      this.#counts.receivedBytes += message.length
    } else {
      this.#counts.droppedForRoom++
      this.#dropped(arrival, 'room')
    }
  }

  #dropped({ message, from }: Arrival, reason: 'size' | 'room' | 'closed'): void {
    if (!channels.datagramDropped.hasSubscribers) return
    const [atMs, remote] = [this.#settings.clock.now(), `${from.host}:${from.port}`]
    publish('datagramDropped', { id: this.id, atMs, remote, bytes: message.length, reason })
  }

  #publish(direction: 'inbound' | 'outbound', chunk: Uint8Array, { host, port }: DatagramSender): void {
    const [atMs, remote] = [this.#settings.clock.now(), `${host}:${port}`]
    publish('datagram', { id: this.id, atMs, direction, remote, bytes: chunk.length, chunk })
  }

  #report(error: TransportError): void {
    if (channels.datagramTrouble.hasSubscribers)
      publish('datagramTrouble', { id: this.id, atMs: this.#settings.clock.now(), error })
    raise((raised) => this.errorRaised(raised), error)
  }
}

const ignore = (): void => {}
