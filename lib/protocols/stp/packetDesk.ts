import { Arrivals } from '@/core/index.js'
import type { Json, JsonObject } from '@/protocols/stp/jsonText.js'
import { decodeBody, type DecodedPacket, decodePacket, headerBytesOf, PREFIX_BYTES } from '@/protocols/stp/packet.js'
import type { Routes } from '@/protocols/stp/routes.js'
import type { Identity } from '@/protocols/stp/rsaKeys.js'
import { openBody } from '@/protocols/stp/sealedBody.js'
import type { Counting } from '@/protocols/stp/stpCounts.js'
import type { StpSettings } from '@/protocols/stp/stpOptions.js'
import type { StpProtocol } from '@/protocols/stp/stpPacket.js'
import { TransportError } from '@/errors.js'

/** Of a discovery request. */
export const PEER_JOIN = '/peer-join'

/** A packet as it came. */
interface Arrival {
  readonly message: Buffer
  readonly ip: string
  readonly protocol: StpProtocol
}

/** Whom the desk asks and tells. None of it may throw. */
export interface DeskOwner {
  readonly session: string
  /** The own key pair; undefined before there is one. */
  identity(): Identity | undefined
  readonly counts: Counting
  readonly routes: Routes
  /** An accepted packet: its sender is a peer. @param headerBytes the size of the header as it travelled */
  heardFrom(ip: string, header: JsonObject, headerBytes: number): void
  /** Somebody looks for peers. */
  asked(ip: string, header: JsonObject): void
  packetDropped(error: TransportError, ip: string, protocol: StpProtocol): void
  failed(error: unknown): void
}

/** Reading one so large takes long enough for everybody else to get a turn before it; of small values, 4 MB take 0.25 s. */
const LARGE_BYTES = 262_144

/** Where packets of both transports come in: read one at a time, in the order of their arrival, then handed on. */
export class PacketDesk {
  readonly #settings: StpSettings
  readonly #owner: DeskOwner
  readonly #arrivals: Arrivals<Arrival>
  /** The one whose turn has come, and which is not read yet: large, and letting others go first, or being opened. */
  #late: Arrival | undefined

  constructor(settings: StpSettings, owner: DeskOwner) {
    this.#settings = settings
    this.#owner = owner
    const { maxWaitingPackets: maxWaitingDatagrams, maxWaitingBytes } = settings
    this.#arrivals = new Arrivals(
      { maxWaitingDatagrams, maxWaitingBytes },
      (arrival) => this.#process(arrival),
      (error) => owner.failed(error),
    )
  }

  /** @returns false when it was dropped because too many wait */
  take(message: Buffer, ip: string, protocol: StpProtocol): boolean {
    const { counts } = this.#owner
    counts.received++
    if (this.#arrivals.put({ message, ip, protocol })) return true
    counts.droppedForRoom++
    const { maxWaitingPackets, maxWaitingBytes } = this.#settings
    const error = new TransportError('MEMORY_LIMIT', { size: message.length, maxWaitingPackets, maxWaitingBytes })
    this.#owner.packetDropped(error, ip, protocol)
    return false
  }

  /** Drops all that waits. */
  clear(): void {
    const late = this.#late === undefined ? [] : [this.#late]
    this.#late = undefined
    for (const { ip, protocol } of [...late, ...this.#arrivals.takeAll()]) {
      this.#owner.counts.droppedForRoom++
      this.#owner.packetDropped(new TransportError('CLOSED'), ip, protocol)
    }
  }

  #process(arrival: Arrival): void | Promise<void> {
    if (arrival.message.length < LARGE_BYTES) return this.#handle(arrival)
    return this.#later(arrival, new Promise(setImmediate), () => this.#handle(arrival))
  }

  /** What comes when its time has come; nothing when the node was closed meanwhile. */
  #later<T>(arrival: Arrival, time: Promise<T>, go: (what: T) => void | Promise<void>): Promise<void> {
    this.#late = arrival
    return time.then((what) => {
      if (this.#late !== arrival) return
      this.#late = undefined
      return go(what)
    })
  }

  #handle(arrival: Arrival): void | Promise<void> {
    const { counts, session } = this.#owner
    let packet: DecodedPacket
    let data: Json | typeof SEALED
    try {
      packet = decodePacket(arrival.message, this.#settings.maxPacketBytes)
      if (packet.header['udp_session'] === session) {
        counts.droppedOwn++
        return undefined
      }
      data = plainData(packet)
    } catch (error) {
      return this.#drop(arrival, error)
    }
    return data === SEALED ? this.#handleSealed(arrival, packet) : this.#accept(arrival, packet.header, data, false)
  }

  #handleSealed(arrival: Arrival, packet: DecodedPacket): Promise<void> {
    const opened = this.#open(packet).then(
      (data) => ({ data }),
      (error: unknown) => ({ error }),
    )
    return this.#later(arrival, opened, (outcome) => {
      if ('error' in outcome) return this.#drop(arrival, outcome.error)
      return this.#accept(arrival, packet.header, outcome.data, true)
    })
  }

  async #open({ header, bodyAt, bytes }: DecodedPacket): Promise<Json> {
    const identity = this.#owner.identity()
    const sealed = bytes.subarray(bodyAt)
    if (identity === undefined) throw new TransportError('PACKET_UNDECRYPTABLE', { bodyBytes: sealed.length })
    const plain = await openBody(sealed, bytes.subarray(PREFIX_BYTES, bodyAt), identity, header['enc'])
    return decodeBody({ bytes: plain, bodyAt: 0, bodyText: undefined })
  }

  #accept(
    { message, ip: sender, protocol }: Arrival,
    headers: JsonObject,
    data: Json,
    encrypted: boolean,
  ): void | Promise<void> {
    const { counts, routes } = this.#owner
    counts.accepted++
    const { namespace: route, user: name } = headers
    const namespace = typeof route === 'string' ? route : undefined
    const user = typeof name === 'string' ? name : undefined
    this.#owner.heardFrom(sender, headers, headerBytesOf(message))
    if (protocol === 'UDP' && namespace === PEER_JOIN) this.#owner.asked(sender, headers)
    return routes.dispatch({ data, headers, namespace, user, sender, protocol, encrypted })
  }

  #drop({ ip, protocol }: Arrival, error: unknown): void {
    if (!(error instanceof TransportError)) throw error
    const { counts } = this.#owner
    if (error.code === 'PACKET_UNDECRYPTABLE') counts.droppedUndecryptable++
    else counts.droppedMalformed++
    this.#owner.packetDropped(error, ip, protocol)
  }
}

const SEALED = Symbol('sealed')

/** @throws TransportError PACKET_MALFORMED */
const plainData = (packet: DecodedPacket): Json | typeof SEALED => {
  if (packet.bodyAt === packet.bytes.length) return {}
  return isTrue(packet.header['encrypted']) ? SEALED : decodeBody(packet)
}

/** As the originals understand it: empty things are false. */
const isTrue = (value: Json | undefined): boolean =>
  typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value)
