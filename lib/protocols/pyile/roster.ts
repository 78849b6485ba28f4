import { type PeerAddress, peerName } from '@/protocols/pyile/peerAddress.js'

/** Those that have joined a network, in the order in which they did. */
export class Roster<T> {
  readonly #members = new Map<string, { readonly address: PeerAddress; readonly member: T }>()

  get members(): readonly T[] {
    return [...this.#members.values()].map(({ member }) => member)
  }

  get addresses(): readonly PeerAddress[] {
    return [...this.#members.values()].map(({ address }) => address)
  }

  add(address: PeerAddress, member: T): void {
    this.#members.set(peerName(address), { address, member })
  }

  remove(address: PeerAddress): void {
    this.#members.delete(peerName(address))
  }
}
