import { type PeerAddress, peerName } from '@/protocols/pyile/peerAddress.js'

/** The peers of a network, as they were told at one time. Never changes, so what is looked up often is put in order once. */
export class PeerList {
  readonly addresses: readonly PeerAddress[]
  /** `HOST:PORT` of each. */
  readonly names: ReadonlySet<string>
  readonly #hosts: ReadonlySet<string>

  constructor(addresses: readonly PeerAddress[] = []) {
    this.addresses = addresses
    this.names = new Set(addresses.map(peerName))
    this.#hosts = new Set(addresses.map(([host]) => host))
  }

  has(peer: PeerAddress): boolean {
    return this.names.has(peerName(peer))
  }

  /** Some peer has this host. */
  hasHost(host: string): boolean {
    return this.#hosts.has(host)
  }

  /** `HOST:PORT` of all, in their order; the same for the same list. */
  toString(): string {
    return this.addresses.map(peerName).join(', ')
  }
}
