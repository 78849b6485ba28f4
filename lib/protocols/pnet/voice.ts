import { type DatagramOptions, Datagrams, type DatagramSender } from '@/core/index.js'
import type { TransportError } from '@/errors.js'

/** Whom a voice tells. */
export interface VoiceOwner {
  /** A datagram came. @param source the address that has sent it */
  advertised(datagram: Buffer, source: string): void
  errorRaised(error: TransportError): void
}

/** One socket of discovery. The same trouble is told once, until something got through. */
export class Voice extends Datagrams {
  readonly #owner: VoiceOwner
  #trouble: string | undefined

  constructor(options: DatagramOptions, owner: VoiceOwner) {
    super(options)
    this.#owner = owner
  }

  /** Never rejects. @param port of the other ends */
  async tell(datagram: Uint8Array, port: number): Promise<void> {
    try {
      await this.broadcast(datagram, { port })
      this.#trouble = undefined
    } catch {
      // `errorRaised` knows of it; the next one may get through.
    }
  }

  protected override datagramReceived(message: Buffer, { host }: DatagramSender): void {
    this.#owner.advertised(message, host)
  }

  protected override errorRaised(error: TransportError): void {
    const trouble = `${error.code} ${String(error.detail['system'])}`
    if (trouble === this.#trouble) return
    this.#trouble = trouble
    this.#owner.errorRaised(error)
  }
}
