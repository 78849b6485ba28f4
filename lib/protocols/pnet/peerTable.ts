import type { NodePublicKey } from '@/protocols/pnet/publicKey.js'
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
  /** 0 never forgets. */
  readonly peerLifetimeMs: number
}

interface Entry {
  readonly peer: Peer
  /** Given by the application: stays, and no advertisement changes it. */
  readonly given: boolean
  seenMs: number
}

/** Who is there: the newest advertisement of a name wins, and a name that is silent for too long is forgotten. */
export class PeerTable {
  readonly #entries = new Map<string, Entry>()
  readonly #maxPeers: number
  readonly #lifetimeMs: number
  readonly #now: () => number
  readonly #events: PeerEvents
  #droppedPeers = 0

  constructor(limits: PeerTableLimits, now: () => number, events: PeerEvents) {
    this.#maxPeers = limits.maxPeers
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
    this.expire()
    return this.#entries.get(name)?.peer
  }

  /** Somebody says of himself who he is. */
  heard(peer: Peer): void {
    const entry = this.#entries.get(peer.name)
    if (entry?.given === true) return
    if (entry === undefined && this.#isFull()) {
      this.#droppedPeers++
      return
    }
    const same = entry !== undefined && isSame(entry.peer, peer)
    if (same) entry.seenMs = this.#now()
    else this.#set(peer, false)
  }

  /**
   * The application says who somebody is. It stays so until it says otherwise.
   * @throws TransportError PEER_LIMIT
   */
  give(peer: Peer): void {
    if (!this.#entries.has(peer.name) && this.#isFull())
      throw new TransportError('PEER_LIMIT', { limit: this.#maxPeers })
    this.#set(peer, true)
  }

  forget(name: string): void {
    this.#entries.delete(name)
  }

  /** Forgets those that have been silent for too long. */
  expire(): void {
    if (this.#lifetimeMs === 0) return
    const oldestMs = this.#now() - this.#lifetimeMs
    for (const [name, { peer, given, seenMs }] of this.#entries) {
      if (given || seenMs >= oldestMs) continue
      this.#entries.delete(name)
      this.#events.peerExpired(peer)
    }
  }

  #isFull(): boolean {
    if (this.#entries.size < this.#maxPeers) return false
    this.expire()
    return this.#entries.size >= this.#maxPeers
  }

  #set(peer: Peer, given: boolean): void {
    const before = this.#entries.get(peer.name)?.peer
    this.#entries.set(peer.name, { peer, given, seenMs: this.#now() })
    if (before === undefined) this.#events.peerJoined(peer)
    else if (!isSame(before, peer)) this.#events.peerChanged(peer, before)
  }
}

const isSame = (one: Peer, other: Peer): boolean =>
  one.publicKey.field === other.publicKey.field && one.host === other.host && one.port === other.port
