import { type PeerAddress, peerName } from '@/protocols/pyile/peerAddress.js'

/** The peers of a network, the owner first, the others in the order in which they joined. */
export class Roster<T> {
  readonly #members = new Map<string, { readonly address: PeerAddress; readonly member: T }>()

  /** Those that joined. */
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
