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
  readonly #waiting = new Set<() => void>()

  constructor(parts: PeerBookParts) {
    const { limits, now, events } = parts
    this.#parts = parts
    this.#table = new PeerTable(limits, now, {
      ...events,
      peerJoined: (peer) => {
        for (const tell of this.#waiting) tell()
        events.peerJoined(peer)
      },
    })
  }

  get table(): PeerTable {
    return this.#table
  }

  /** Reads every line of a datagram by itself, and passes over junk. */
  heard(datagram: Buffer): void {
    const { network, keys } = this.#parts
    for (const sighting of decodeDatagram(datagram, network, keys)) {
      if ('key' in sighting) this.met(sighting.advertisement, sighting.key)
    }
  }

  /** Somebody says who he is. */
  met({ name, host, port }: Advertisement, publicKey: NodePublicKey): void {
    if (name !== this.#parts.ownName) this.#table.heard({ name, host, port, publicKey })
  }

  /** Resolves when somebody of that name is known. @throws TransportError ABORTED */
  async known(name: string, signal: AbortSignal | undefined): Promise<Peer> {
    for (;;) {
      const peer = this.#table.get(name)
      if (peer !== undefined) return peer
      await this.#news(signal)
    }
  }

  #news(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#waiting.delete(done)
        signal?.removeEventListener('abort', done)
        if (signal?.aborted === true) reject(new TransportError('ABORTED', {}, { cause: signal.reason }))
        else resolve()
      }
      if (signal?.aborted === true) return done()
      this.#waiting.add(done)
      signal?.addEventListener('abort', done, { once: true })
    })
  }
}
