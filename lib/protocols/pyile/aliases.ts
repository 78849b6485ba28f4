import { type PeerAddress, peerName } from '@/protocols/pyile/peerAddress.js'

const MAX_LENGTH = 256

/** What peers call themselves. Only those of the list are remembered, so there are never more aliases than peers. */
export class Aliases {
  readonly #names = new Map<string, string>()

  /** By `HOST:PORT`. */
  get byPeer(): ReadonlyMap<string, string> {
    return this.#names
  }

  learn(peer: PeerAddress, alias: string | undefined, list: readonly PeerAddress[]): void {
    if (alias === undefined || alias.length > MAX_LENGTH) return
    const name = peerName(peer)
    if (list.some((listed) => peerName(listed) === name)) this.#names.set(name, alias)
  }

  /** There is another list. */
  keep(list: readonly PeerAddress[]): void {
    const listed = new Set(list.map(peerName))
    for (const name of this.#names.keys()) if (!listed.has(name)) this.#names.delete(name)
  }
}
