import { type PeerAddress, peerName } from '@/protocols/pyile/peerAddress.js'
import type { PeerList } from '@/protocols/pyile/peerList.js'

const MAX_LENGTH = 256

/** What peers call themselves. Only those of the list are remembered, so there are never more aliases than peers. */
export class Aliases {
  readonly #names = new Map<string, string>()

  /** By `HOST:PORT`. */
  get byPeer(): ReadonlyMap<string, string> {
    return this.#names
  }

  learn(peer: PeerAddress, alias: string | undefined, list: PeerList): void {
    if (alias === undefined || alias.length > MAX_LENGTH) return
    if (list.has(peer)) this.#names.set(peerName(peer), alias)
  }

  /** There is another list. */
  keep({ names }: PeerList): void {
    for (const name of this.#names.keys()) if (!names.has(name)) this.#names.delete(name)
  }
}
