import { type DatagramOptions, Datagrams, type DatagramSender } from '@/core/index.js'
import type { TransportError } from '@/errors.js'

/** Whom the socket tells. */
export interface DatagramEars {
  datagramArrived(message: Buffer, from: DatagramSender): void
  failed(error: TransportError): void
}

/** The UDP side of a node. */
export class StpDatagrams extends Datagrams {
  readonly #ears: DatagramEars

  constructor(options: DatagramOptions, ears: DatagramEars) {
    super(options)
    this.#ears = ears
  }

  protected override datagramReceived(message: Buffer, from: DatagramSender): void {
    this.#ears.datagramArrived(message, from)
  }

  protected override errorRaised(error: TransportError): void {
    this.#ears.failed(error)
  }
}
