import { Deferred, unlessAborted } from '@/core/index.js'
import { type Advertisement, decodeDatagram } from '@/protocols/pnet/advertisement.js'
import type { Network } from '@/protocols/pnet/network.js'
import { type Peer, PeerTable, type PeerTableLimits, type PeerEvents } from '@/protocols/pnet/peerTable.js'
import type { NodePublicKey } from '@/protocols/pnet/publicKey.js'
import type { PublicKeyCache } from '@/protocols/pnet/publicKeyCache.js'
import { TransportError } from '@/errors.js'

/** What a book is made from. */
export interface PeerBookParts {
  /** Who reads it: what he says of himself is passed over. */
  readonly ownName: string
  readonly network: Network
  readonly keys: PublicKeyCache
  readonly limits: PeerTableLimits
  readonly now: () => number
  readonly events: PeerEvents
}

/** The peers of a node: reads what they say of themselves, and lets others wait for one. */
export class PeerBook {
  readonly #parts: PeerBookParts
  readonly #table: PeerTable
  readonly #waiting = new Set<Deferred>()

  constructor(parts: PeerBookParts) {
    const { limits, now, events } = parts
    this.#parts = parts
    this.#table = new PeerTable(limits, now, {
      ...events,
      peerJoined: (peer) => {
        for (const news of this.#waiting) news.resolve()
        events.peerJoined(peer)
      },
    })
  }

  get table(): PeerTable {
    return this.#table
  }

  /** Reads every line of a datagram by itself, and passes over junk. @param source the address that has sent it */
  heard(datagram: Buffer, source: string): void {
    const { network, keys } = this.#parts
    for (const sighting of decodeDatagram(datagram, network, keys)) {
      if ('key' in sighting) this.met(sighting.advertisement, sighting.key, source)
    }
  }

  /** Somebody says who he is. */
  met({ name, host, port }: Advertisement, publicKey: NodePublicKey, source: string | undefined): void {
    if (name !== this.#parts.ownName) this.#table.heard({ name, host, port, publicKey }, source)
  }

  /** Whoever waits for somebody need not wait any more. */
  close(): void {
    for (const news of this.#waiting) news.reject(new TransportError('CLOSED'))
  }

  /** Resolves when somebody of that name is known. @throws TransportError ABORTED, CLOSED */
  async known(name: string, signal: AbortSignal | undefined): Promise<Peer> {
    for (;;) {
      const peer = this.#table.get(name)
      if (peer !== undefined) return peer
      await this.#news(signal)
    }
  }

  /** Resolves when somebody has become known. @throws TransportError ABORTED, CLOSED */
  async #news(signal: AbortSignal | undefined): Promise<void> {
    const news = new Deferred()
    this.#waiting.add(news)
    try {
      await unlessAborted(news.promise, signal)
    } finally {
      this.#waiting.delete(news)
    }
  }
}
