import type { Guard } from '@/protocols/stp/guard.js'
import type { JsonObject } from '@/protocols/stp/jsonText.js'
import type { Peer } from '@/protocols/stp/peer.js'
import type { PeerEntry } from '@/protocols/stp/peerEntry.js'
import { PeerTable } from '@/protocols/stp/peerTable.js'
import type { RemoteKey } from '@/protocols/stp/rsaKeys.js'
import type { Counting } from '@/protocols/stp/stpCounts.js'
import { isPort, type StpSettings } from '@/protocols/stp/stpOptions.js'

/** Hears of a new peer, before it is in the list, or of those that have left it; never of both at once. */
export type PeerListHandler = (newPeer: Peer | null, removedPeers: readonly Peer[]) => void | Promise<void>

/** Asked whether a peer may have another key than the pinned one. */
export type KeyJudge = (entry: PeerEntry, offered: RemoteKey) => boolean

/** Keeps the list of peers by what is heard from them. */
export class Register {
  readonly #settings: StpSettings
  readonly #counts: Counting
  readonly #guard: Guard
  readonly #judge: KeyJudge
  readonly #table: PeerTable
  readonly #handlers: PeerListHandler[] = []

  constructor(settings: StpSettings, counts: Counting, guard: Guard, judge: KeyJudge) {
    this.#settings = settings
    this.#counts = counts
    this.#guard = guard
    this.#judge = judge
    this.#table = new PeerTable(settings)
  }

  onUpdate(handler: PeerListHandler): void {
    this.#handlers.push(handler)
  }

  get peers(): readonly Peer[] {
    const nowMs = this.#settings.clock.now()
    return this.#table.all().map((entry) => entry.snapshot(nowMs))
  }

  /** The peer at this address; of several, the one heard last. */
  find(ip: string, tcpport?: number): PeerEntry | undefined {
    return tcpport === undefined ? this.#table.newest(ip) : this.#table.find(ip, tcpport)
  }

  /** Whether a peer with this key has announced the feature. */
  announces(feature: string, { hex }: RemoteKey): boolean {
    return this.#table.all().some((entry) => entry.key?.hex === hex && entry.features.includes(feature))
  }

  /** @param headerBytes a header may take twenty times as much memory as it has bytes */
  heardFrom(ip: string, header: JsonObject, headerBytes: number): void {
    if (headerBytes > this.#settings.maxPeerHeaderBytes) {
      this.#counts.peersRefused++
      return
    }
    const { tcpport: claimed } = header
    const tcpport = isPort(claimed) ? claimed : undefined
    const known = this.#table.find(ip, tcpport)
    const entry = known ?? this.#table.newcomer(ip, tcpport)
    if (entry === undefined) {
      this.#counts.peersRefused++
      return
    }
    const offered = entry.heard(header, this.#settings.clock.now())
    if (offered !== undefined) this.#otherKey(entry, offered)
    if (known !== undefined) return
    this.#tell(entry.snapshot(this.#settings.clock.now()), [])
    const removed = this.#table.store(entry)
    if (removed !== undefined) this.#tell(null, [removed])
  }

  /** Takes out the silent ones. */
  sweep(): void {
    const gone = this.#table.sweep(this.#settings.clock.now())
    if (gone.length > 0) this.#tell(null, gone)
  }

  #otherKey(entry: PeerEntry, offered: RemoteKey): void {
    if (this.#judge(entry, offered)) entry.take(offered)
    else this.#counts.keysRefused++
  }

  #tell(newPeer: Peer | null, removed: readonly PeerEntry[]): void {
    const nowMs = this.#settings.clock.now()
    const removedPeers = removed.map((entry) => entry.snapshot(nowMs))
    for (const handler of this.#handlers)
      void this.#guard.call('onPeerListUpdate', (peers) => handler(newPeer, peers), removedPeers)
  }
}
