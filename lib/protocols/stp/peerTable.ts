import { KeyPin } from '@/protocols/stp/keyPin.js'
import { PeerEntry } from '@/protocols/stp/peerEntry.js'

/** How many peers, and keys of peers that are gone. */
export interface PeerLimits {
  readonly maxPeers: number
  readonly maxPeersPerAddress: number
  readonly maxRememberedKeys: number
  readonly peerLifeMs: number
}

/** The peers by address and TCP port: there may be several on one machine. */
export class PeerTable {
  readonly #limits: PeerLimits
  readonly #byIp = new Map<string, Map<number | undefined, PeerEntry>>()
  #count = 0
  /** Of peers that are gone, the oldest first: whoever comes back at that place is measured by it. */
  readonly #remembered = new Map<string, KeyPin>()

  constructor(limits: PeerLimits) {
    this.#limits = limits
  }

  find(ip: string, tcpport: number | undefined): PeerEntry | undefined {
    return this.#byIp.get(ip)?.get(tcpport)
  }

  /** The one at this address that was heard last. */
  newest(ip: string): PeerEntry | undefined {
    return this.#most(ip, (entry, best) => entry.heardAtMs >= best.heardAtMs)
  }

  all(): PeerEntry[] {
    return [...this.#byIp.values()].flatMap((entries) => [...entries.values()])
  }

  /** An entry that is not in the table yet; undefined when there is no room for it. */
  newcomer(ip: string, tcpport: number | undefined): PeerEntry | undefined {
    const full = this.#count >= this.#limits.maxPeers
    if (full && (this.#byIp.get(ip)?.size ?? 0) < this.#limits.maxPeersPerAddress) return undefined
    const place = placeOf(ip, tcpport)
    const pin = this.#remembered.get(place) ?? new KeyPin()
    this.#remembered.delete(place)
    return new PeerEntry(ip, tcpport, pin)
  }

  /** Puts a newcomer in. @returns the one that had to go for it */
  store(entry: PeerEntry): PeerEntry | undefined {
    const { ip } = entry
    const crowded = (this.#byIp.get(ip)?.size ?? 0) >= this.#limits.maxPeersPerAddress
    const oldest = crowded ? this.#most(ip, (other, best) => other.heardAtMs < best.heardAtMs) : undefined
    if (oldest !== undefined) this.#remove(oldest)
    const entries = this.#byIp.get(ip) ?? new Map<number | undefined, PeerEntry>()
    entries.set(entry.tcpport, entry)
    this.#byIp.set(ip, entries)
    this.#count++
    return oldest
  }

  /** Takes out all that have been silent for too long. */
  sweep(nowMs: number): PeerEntry[] {
    const gone = this.all().filter(({ heardAtMs }) => nowMs - heardAtMs >= this.#limits.peerLifeMs)
    for (const entry of gone) this.#remove(entry)
    return gone
  }

  #most(ip: string, better: (entry: PeerEntry, best: PeerEntry) => boolean): PeerEntry | undefined {
    let best: PeerEntry | undefined
    for (const entry of this.#byIp.get(ip)?.values() ?? []) if (best === undefined || better(entry, best)) best = entry
    return best
  }

  #remove({ ip, tcpport, pin }: PeerEntry): void {
    const entries = this.#byIp.get(ip)
    if (entries?.delete(tcpport) !== true) return
    this.#count--
    if (entries.size === 0) this.#byIp.delete(ip)
    if (pin.key === undefined || this.#limits.maxRememberedKeys === 0) return
    if (this.#remembered.size >= this.#limits.maxRememberedKeys) {
      const [oldest] = this.#remembered.keys()
      if (oldest !== undefined) this.#remembered.delete(oldest)
    }
    this.#remembered.set(placeOf(ip, tcpport), pin)
  }
}

const placeOf = (ip: string, tcpport: number | undefined): string => `${ip}:${tcpport ?? ''}`
