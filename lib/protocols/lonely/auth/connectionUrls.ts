import { createHash } from 'node:crypto'

/**
 * The urls that stand in the claims of one connection, `websocket:NONCE:COUNTER` on every transport. Each end keeps
 * both counters, and moves them under every scheme: the subscriber's counts down from -1, the broadcaster's up from 1.
 * A value goes into a url, then the counter moves. Nothing of this is transmitted.
 * @see WIRE.md, "The url of a connection"
 */
export class ConnectionUrls {
  readonly #prefix: string
  #subscriber = -1
  #broadcaster = 1

  /** @param subscriberNonce 32 bytes @param broadcasterNonce 32 bytes */
  constructor(subscriberNonce: Uint8Array, broadcasterNonce: Uint8Array) {
    const nonce = createHash('sha256').update(subscriberNonce).update(broadcasterNonce).digest('base64')
    this.#prefix = `websocket:${nonce}:`
  }

  /** For the next message of the subscriber that needs one. */
  nextOfSubscriber(): string {
    return `${this.#prefix}${(this.#subscriber--).toString(16)}`
  }

  /** For the next message of the broadcaster that needs one. */
  nextOfBroadcaster(): string {
    return `${this.#prefix}${(this.#broadcaster++).toString(16)}`
  }
}
