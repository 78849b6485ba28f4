import { Arrivals } from '@/core/index.js'
import type { Json, JsonObject } from '@/protocols/stp/jsonText.js'
import { decodeBody, type DecodedPacket, decodePacket, headerBytesOf, PREFIX_BYTES } from '@/protocols/stp/packet.js'
import type { Routes } from '@/protocols/stp/routes.js'
import type { Identity } from '@/protocols/stp/rsaKeys.js'
import { openBody } from '@/protocols/stp/sealedBody.js'
import type { Counting } from '@/protocols/stp/stpCounts.js'
import type { StpSettings } from '@/protocols/stp/stpOptions.js'
import type { StpPacket, StpProtocol } from '@/protocols/stp/stpPacket.js'
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
  /** The large one whose turn has come, and which lets others go first. */
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
    this.#late = arrival
    return new Promise(setImmediate).then(() => {
      if (this.#late !== arrival) return
      this.#late = undefined
      return this.#handle(arrival)
    })
  }

  #handle(arrival: Arrival): void | Promise<void> {
    const { counts, routes } = this.#owner
    const packet = this.#read(arrival)
    if (packet === undefined) return
    counts.accepted++
    const { headers, sender, protocol, namespace } = packet
    this.#owner.heardFrom(sender, headers, headerBytesOf(arrival.message))
    if (protocol === 'UDP' && namespace === PEER_JOIN) this.#owner.asked(sender, headers)
    return routes.dispatch(packet)
  }

  #read({ message, ip, protocol }: Arrival): StpPacket | undefined {
    const { counts, session } = this.#owner
    try {
      const packet = decodePacket(message, this.#settings.maxPacketBytes)
      const { header, bodyAt } = packet
      if (header['udp_session'] === session) {
        counts.droppedOwn++
        return undefined
      }
      const { namespace, user } = header
      const empty = bodyAt === message.length
      const encrypted = !empty && isTrue(header['encrypted'])
      return {
        data: encrypted ? this.#open(packet) : empty ? {} : decodeBody(packet),
        headers: header,
        namespace: typeof namespace === 'string' ? namespace : undefined,
        user: typeof user === 'string' ? user : undefined,
        sender: ip,
        protocol,
        encrypted,
      }
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      if (error.code === 'PACKET_UNDECRYPTABLE') counts.droppedUndecryptable++
      else counts.droppedMalformed++
      this.#owner.packetDropped(error, ip, protocol)
      return undefined
    }
  }

  #open({ header, bodyAt, bytes }: DecodedPacket): Json {
    const identity = this.#owner.identity()
    const sealed = bytes.subarray(bodyAt)
    if (identity === undefined) throw new TransportError('PACKET_UNDECRYPTABLE', { bodyBytes: sealed.length })
    const plain = openBody(sealed, bytes.subarray(PREFIX_BYTES, bodyAt), identity, header['enc'])
    return decodeBody({ bytes: plain, bodyAt: 0, bodyText: undefined })
  }
}

/** As the originals understand it: empty things are false. */
const isTrue = (value: Json | undefined): boolean =>
  typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value)
