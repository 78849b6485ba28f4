import type { Abortable } from '@/core/index.js'
import { type Author, type Letter, type Recipient, writePacket } from '@/protocols/stp/packetWriter.js'
import type { Peer } from '@/protocols/stp/peer.js'
import type { PeerEntry } from '@/protocols/stp/peerEntry.js'
import type { Register } from '@/protocols/stp/register.js'
import { type Identity, readRemoteKey } from '@/protocols/stp/rsaKeys.js'
import { HYBRID } from '@/protocols/stp/sealedBody.js'
import type { StpSettings } from '@/protocols/stp/stpOptions.js'
import type { Transports } from '@/protocols/stp/transports.js'
import { TransportError } from '@/errors.js'

/** What sending takes beside the data. */
export interface StpSendOptions extends Abortable {
  /** The route. @default '/' */
  readonly namespace?: string
  /** Seals the body for this peer, or for the owner of this public key (DER in hex); refused rather than sent in the clear. @default plain */
  readonly key?: string | Peer
  /** Whether the packet carries the own public key. @default `publishKey` */
  readonly passPubKey?: boolean
}

/** To the group unless `toAddr` says otherwise. */
export interface StpUdpOptions extends StpSendOptions {
  /** One address, or another group. @default the group */
  readonly toAddr?: string
  /** @default the UDP port that this node was made with, or, for 0, has been given */
  readonly toPort?: number
}

/** How a packet goes to a host over TCP. */
export interface StpTcpOptions extends StpSendOptions {
  /** @default 57_001 */
  readonly toPort?: number
}

/** How a packet goes to a peer that is known. */
export interface StpPeerOptions extends Abortable {
  /** Seals the body with the key that is pinned for the peer. @default true */
  readonly encrypt?: boolean
}

/** What the post asks the node. */
export interface PostOwner {
  readonly session: string
  readonly user: string
  identity(): Promise<Identity>
}

const USUAL_TCP_PORT = 57_001

/** Writes packets and sends them. */
export class Post {
  readonly #settings: StpSettings
  readonly #owner: PostOwner
  readonly #register: Register
  readonly #transports: Transports

  constructor(settings: StpSettings, owner: PostOwner, register: Register, transports: Transports) {
    this.#settings = settings
    this.#owner = owner
    this.#register = register
    this.#transports = transports
  }

  async sendUdp(data: unknown, options: StpUdpOptions): Promise<void> {
    const packet = await this.#write('UDP', data, options, this.#recipient(options.key))
    const host = options.toAddr ?? this.#settings.maddr
    await this.#transports.sendUdp(packet, { host, port: options.toPort ?? this.#groupPort() }, options)
  }

  async sendTcp(data: unknown, host: string, options: StpTcpOptions): Promise<void> {
    const packet = await this.#write('TCP', data, options, this.#recipient(options.key))
    await this.#transports.sendTcp(packet, { host, port: options.toPort ?? USUAL_TCP_PORT }, options.signal)
  }

  async sendToPeer(namespace: string, data: unknown, peer: string | Peer, options: StpPeerOptions): Promise<void> {
    const entry = typeof peer === 'string' ? this.#register.find(peer) : this.#register.find(peer.ip, peer.tcpport)
    if (entry === undefined) throw new TransportError('PEER_UNKNOWN', { peer: nameOf(peer) })
    const { ip, tcpport } = entry
    if (tcpport === undefined) throw new TransportError('PEER_UNKNOWN', { peer: ip, problem: 'it has told no tcpport' })
    const recipient = options.encrypt === false ? undefined : ownerOf(entry)
    const packet = await this.#write('TCP', data, { namespace }, recipient)
    await this.#transports.sendTcp(packet, { host: ip, port: tcpport }, options.signal)
  }

  async #write(
    protocol: Letter['protocol'],
    data: unknown,
    { namespace = '/', passPubKey = this.#settings.publishKey }: StpSendOptions,
    recipient: Recipient | undefined,
  ): Promise<Buffer> {
    const author = this.#author(await this.#owner.identity())
    return writePacket(author, { protocol, namespace, data, recipient, passPubKey })
  }

  #author(identity: Identity): Author {
    const { session, user } = this.#owner
    const { hostname, hybrid, maxPacketBytes, announcedUdpport, announcedTcpport } = this.#settings
    const udpport = announcedUdpport ?? this.#transports.udpAddress?.port ?? this.#settings.udpport
    const tcpport = announcedTcpport ?? this.#transports.tcpAddress?.port ?? this.#settings.tcpport
    return { session, user, hostname, udpport, tcpport, identity, hybrid, maxPacketBytes }
  }

  #groupPort(): number {
    return this.#settings.udpport === 0 ? (this.#transports.udpAddress?.port ?? 0) : this.#settings.udpport
  }

  #recipient(key: string | Peer | undefined): Recipient | undefined {
    if (key === undefined) return undefined
    const hex = typeof key === 'string' ? key : key.publicKey
    const remote = hex === undefined ? undefined : readRemoteKey(hex)
    if (remote === undefined) throw new TransportError('PEER_KEY_UNKNOWN', { given: hex?.slice(0, 32) })
    const hybrid = typeof key === 'string' ? this.#register.announces(HYBRID, remote) : key.features.includes(HYBRID)
    return { key: remote, hybrid }
  }
}

const ownerOf = ({ ip, key, features }: PeerEntry): Recipient => {
  if (key === undefined) throw new TransportError('PEER_KEY_UNKNOWN', { peer: ip })
  return { key, hybrid: features.includes(HYBRID) }
}

const nameOf = (peer: string | Peer): string => (typeof peer === 'string' ? peer : `${peer.ip}:${peer.tcpport ?? ''}`)
