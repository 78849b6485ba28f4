import { Connection } from '@/core/index.js'
import { type Message, readMessage, receiptFor } from '@/protocols/pyile/message.js'
import { hostOf } from '@/protocols/pyile/peerAddress.js'
import { TransportError } from '@/errors.js'

/** What the connections share that bring messages to one peer. */
export interface MessageDesk {
  readonly alias: string
  /** Some peer of the network has this host. */
  readonly knows: (host: string) => boolean
  readonly received: (message: Message) => void
  /** Something came from there that was thrown away. */
  readonly dropped: (host: string, why: 'stranger' | Error) => void
}

/** The end that receives messages: each is stored and answered with a receipt. @see WIRE.md, "Messages" */
export class MessageConnection extends Connection {
  readonly #desk: MessageDesk
  #host = ''

  constructor(desk: MessageDesk) {
    super()
    this.#desk = desk
  }

  protected override preLoop(): void {
    this.#host = hostOf(this.remoteAddress)
    // It is gone already.
    if (this.#host === '') return this.destroy()
    if (this.#desk.knows(this.#host)) return
    this.#desk.dropped(this.#host, 'stranger')
    this.destroy()
  }

  protected override transmissionReceived(bytes: Buffer): void {
    const { message, text } = readMessage(bytes)
    this.#desk.received(message)
    // Originals close as soon as they have written, so most receipts find nobody.
    this.transmit(receiptFor(text, this.#desk.alias)).catch(ignore)
  }

  protected override postLoop(cause: Error | undefined): void {
    // Who said nothing has lost nothing.
    if (!(cause instanceof TransportError) || cause.code === 'IDLE_TIMEOUT') return
    if (cause.fault === 'remote') this.#desk.dropped(this.#host, cause)
  }
}

const ignore = (): void => {}
