import { Connection } from '@/core/index.js'
import type { Broker } from '@/protocols/lonely/broadcaster/broker.js'
import { BroadcasterSession } from '@/protocols/lonely/broadcaster/broadcasterSession.js'

/** The broadcaster's end of one subscriber's connection. */
export class BroadcasterConnection extends Connection {
  readonly #session: BroadcasterSession
  /** Messages of one tick share a promise; it is looked after once. */
  #sending: Promise<void> | undefined

  /** @internal */
  constructor(broker: Broker) {
    super()
    this.#session = new BroadcasterSession(broker, {
      send: (message) => this.#send(message),
      failed: (error) => this.destroy(error),
    })
  }

  /** Bodies that wait for this subscriber, and parts it has been sent and has not acknowledged. */
  get backlog(): { readonly queued: number; readonly unacknowledged: number } {
    return this.#session.backlog
  }

  /** @internal */
  get session(): BroadcasterSession {
    return this.#session
  }

  protected override transmissionReceived(message: Buffer): void | Promise<void> {
    return this.#session.receive(message)
  }

  protected override postLoop(_cause: Error | undefined): void {
    this.#session.end()
  }

  #send(message: Buffer): void {
    const sending = this.transmit(message)
    if (sending === this.#sending) return
    this.#sending = sending
    // Most often the connection has ended, and says so itself; a message that has no room any more ends it now.
    sending.catch((error: unknown) => this.destroy(error instanceof Error ? error : undefined))
  }
}
