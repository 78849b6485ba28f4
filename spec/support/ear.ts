import { type DatagramSender, Datagrams } from '@/core/index.js'
import type { TransportError } from '@/errors.js'

/** A datagram socket that keeps what it hears, as latin1 text, and what goes wrong. */
export class Ear extends Datagrams {
  readonly heard: string[] = []
  readonly senders: DatagramSender[] = []
  readonly troubles: TransportError[] = []
  #wanted = 0
  #tell: () => void = () => {}

  /** Resolves when `count` datagrams have been heard since the beginning, with all of them. */
  async hears(count: number): Promise<readonly string[]> {
    this.#wanted = count
    if (this.heard.length < count) await new Promise<void>((resolve) => (this.#tell = resolve))
    return this.heard
  }

  protected override datagramReceived(message: Buffer, from: DatagramSender): void | Promise<void> {
    this.heard.push(message.toString('latin1'))
    this.senders.push(from)
    if (this.heard.length >= this.#wanted) this.#tell()
  }

  protected override errorRaised(error: TransportError): void {
    this.troubles.push(error)
  }
}
