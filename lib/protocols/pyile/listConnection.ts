import { Connection } from '@/core/index.js'
import type { PeerAddress } from '@/protocols/pyile/peerAddress.js'
import { addressesIn, has, readObject } from '@/protocols/pyile/wireValue.js'

/** What a joiner does with what its distribution connection brings. */
export interface ListDesk {
  readonly maxPeers: number
  readonly listArrived: (list: readonly PeerAddress[]) => void
  /** What came was no list. */
  readonly dropped: (error: unknown) => void
  readonly ended: (cause: Error | undefined) => void
}

/** The end that gets lists. */
export class ListConnection extends Connection {
  readonly #desk: ListDesk

  constructor(desk: ListDesk) {
    super()
    this.#desk = desk
  }

  protected override transmissionReceived(bytes: Buffer): void {
    let list: readonly PeerAddress[]
    try {
      const object = readObject(bytes)
      if (!has(object, 'distro')) return
      list = addressesIn(object, 'distro', this.#desk.maxPeers)
    } catch (error) {
      return this.#desk.dropped(error)
    }
    this.#desk.listArrived(list)
  }

  protected override postLoop(cause: Error | undefined): void {
    this.#desk.ended(cause)
  }
}
