import type { NodePublicKey } from '@/protocols/pnet/publicKey.js'
import { Shares } from '@/protocols/pnet/shares.js'
import { TransportError } from '@/errors.js'

/** A node of the network, as far as this one knows it. Nothing of it is proven: any node can claim any name. */
export interface Peer {
  readonly name: string
  /** IPv4 address, or `localhost`. */
  readonly host: string
  readonly port: number
  /** What is sent to it is sealed for this key. */
  readonly publicKey: NodePublicKey
}

/** What happened to the table. */
export interface PeerEvents {
  peerJoined(peer: Peer): void
  /** A known name has another key, or another address, from now on. */
  peerChanged(peer: Peer, before: Peer): void
  peerExpired(peer: Peer): void
}

export interface PeerTableLimits {
  readonly maxPeers: number
  readonly maxPeersPerAddress: number
  /** 0 never forgets. */
  readonly peerLifetimeMs: number
}

interface Entry {
  readonly peer: Peer
  /** Given by the application: stays, and no advertisement changes it. */
  readonly given: boolean
  /** The address that has told of it last, whose share it is of. */
  readonly source: string | undefined
  seenMs: number
}

/** Who is there: the newest advertisement of a name wins, and a name that is silent for too long is forgotten. */
export class PeerTable {
  readonly #entries = new Map<string, Entry>()
  readonly #maxPeers: number
  readonly #places: Shares
  readonly #lifetimeMs: number
  readonly #now: () => number
  readonly #events: PeerEvents
  #droppedPeers = 0

  constructor(limits: PeerTableLimits, now: () => number, events: PeerEvents) {
    this.#maxPeers = limits.maxPeers
    this.#places = new Shares(limits.maxPeers, limits.maxPeersPerAddress)
    this.#lifetimeMs = limits.peerLifetimeMs
    this.#now = now
    this.#events = events
  }

  /** Those that are known, in the order in which they became so. */
  get all(): readonly Peer[] {
    this.expire()
    return [...this.#entries.values()].map(({ peer }) => peer)
  }

  /** Advertisements that found no room. */
  get droppedPeers(): number {
    return this.#droppedPeers
  }

  get(name: string): Peer | undefined {
    const entry = this.#entries.get(name)
    if (entry !== undefined && this.#isSilent(entry)) {
      this.#expire(entry)
      return undefined
    }
    return entry?.peer
  }

  /** Somebody says of himself who he is. @param source the address it came from, as far as that is known */
  heard(peer: Peer, source: string | undefined): void {
    const entry = this.#entries.get(peer.name)
    if (entry?.given === true) return
    const same = entry !== undefined && entry.source === source
    if (!same && !this.#hasRoomFor(peer.name, source)) {
      this.#droppedPeers++
      return
    }
    if (same && isSame(entry.peer, peer)) entry.seenMs = this.#now()
    else this.#set(peer, { given: false, source })
  }

  /**
   * The application says who somebody is. It stays so until it says otherwise.
   * @throws TransportError PEER_LIMIT
   */
  give(peer: Peer): void {
    if (!this.#hasRoomFor(peer.name, undefined)) throw new TransportError('PEER_LIMIT', { limit: this.#maxPeers })
    this.#set(peer, { given: true, source: undefined })
  }

  forget(name: string): void {
    const entry = this.#entries.get(name)
    if (this.#entries.delete(name)) this.#places.give(entry?.source, 1)
  }

  /** Forgets those that have been silent for too long. */
  expire(): void {
    for (const entry of this.#entries.values()) if (this.#isSilent(entry)) this.#expire(entry)
  }

  #isSilent({ given, seenMs }: Entry): boolean {
    return !given && this.#lifetimeMs > 0 && this.#now() - seenMs > this.#lifetimeMs
  }

  #expire({ peer }: Entry): void {
    this.forget(peer.name)
    this.#events.peerExpired(peer)
  }

  #hasRoomFor(name: string, source: string | undefined): boolean {
    const fits = (): boolean => {
      const excess = this.#places.excess(source, 1)
      // A name that is known has a place of all already.
      return excess === undefined || (excess === 'all' && this.#entries.has(name))
    }
    if (fits()) return true
    this.expire()
    return fits()
  }

  #set(peer: Peer, { given, source }: Pick<Entry, 'given' | 'source'>): void {
    const before = this.#entries.get(peer.name)
    if (before !== undefined) this.#places.give(before.source, 1)
    this.#places.take(source, 1)
    this.#entries.set(peer.name, { peer, given, source, seenMs: this.#now() })
    if (before === undefined) this.#events.peerJoined(peer)
    else if (!isSame(before.peer, peer)) this.#events.peerChanged(peer, before.peer)
  }
}

const isSame = (one: Peer, other: Peer): boolean =>
  one.publicKey.field === other.publicKey.field && one.host === other.host && one.port === other.port
