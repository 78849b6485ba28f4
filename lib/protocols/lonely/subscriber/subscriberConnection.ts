import { Connection } from '@/core/index.js'
import type { SubscriberContext, SubscriberEars } from '@/protocols/lonely/subscriber/subscriberContext.js'
import { SubscriberSession } from '@/protocols/lonely/subscriber/subscriberSession.js'
import { type Code, TransportError } from '@/errors.js'

const SILENT: ReadonlySet<Code> = new Set(['REMOTE_ENDED', 'CONNECTION_RESET', 'CONNECTION_BROKEN'])

/** The subscriber's end of one connection. */
export class SubscriberConnection extends Connection {
  readonly #session: SubscriberSession
  readonly #ended: (connection: SubscriberConnection, cause: Error) => void
  /** Messages of one tick share a promise; it is looked after once. */
  #sending: Promise<void> | undefined

  /** @param ended called once, when the connection is over @internal */
  constructor(
    context: SubscriberContext,
    ears: SubscriberEars,
    ended: (connection: SubscriberConnection, cause: Error) => void,
  ) {
    super()
    this.#ended = ended
    this.#session = new SubscriberSession(
      context,
      { send: (message) => this.#send(message), failed: (error) => this.destroy(error) },
      ears,
    )
  }

  /** @internal */
  get session(): SubscriberSession {
    return this.#session
  }

  protected override async preLoop(): Promise<void> {
    const configured = this.#session.start()
    while (!this.#session.open) {
      const message = await this.receive().catch((error: unknown) => this.#refused(error))
      await this.#session.receive(message)
    }
    await configured
  }

  protected override transmissionReceived(message: Buffer): void | Promise<void> {
    return this.#session.receive(message)
  }

  protected override postLoop(cause: Error | undefined): void {
    const error = cause ?? new TransportError('REMOTE_ENDED')
    this.#session.end(error)
    this.#ended(this, error)
  }

  /** A broadcaster that does not like what it is told closes without a word. */
  #refused(error: unknown): never {
    const silent = error instanceof TransportError && SILENT.has(error.code)
    throw silent ? new TransportError('CONFIGURE_REFUSED', { address: this.remoteAddress }, { cause: error }) : error
  }

  #send(message: Buffer): void {
    const sending = this.transmit(message)
    if (sending === this.#sending) return
    this.#sending = sending
    // Most often the connection has ended, and says so itself; a message that has no room any more ends it now.
    sending.catch((error: unknown) => this.destroy(error instanceof Error ? error : undefined))
  }
}
