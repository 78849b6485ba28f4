import type { ToBroadcasterClaim, ToSubscriberClaim } from '@/protocols/lonely/auth/claim.js'
import type { BroadcasterSession } from '@/protocols/lonely/broadcaster/broadcasterSession.js'
import type { Broker } from '@/protocols/lonely/broadcaster/broker.js'
import { NO_TRACING } from '@/protocols/lonely/broadcaster/delivery.js'
import type { Outgoing } from '@/protocols/lonely/broadcaster/outgoing.js'
import type { MessageOf, ToSubscriber } from '@/protocols/lonely/messages.js'
import { keyOf, type Pattern } from '@/protocols/lonely/session/pattern.js'
import { after, verify } from '@/protocols/lonely/session/verify.js'
import { TransportError } from '@/errors.js'

/** A message that changes what a connection is subscribed to. */
export type SubscriptionMessage = MessageOf<
  'SUBSCRIBE_EXACT' | 'SUBSCRIBE_GLOB' | 'UNSUBSCRIBE_EXACT' | 'UNSUBSCRIBE_GLOB'
>

/** What one connection is subscribed to. */
export class SubscribeDesk {
  readonly #broker: Broker
  readonly #session: BroadcasterSession
  readonly #outgoing: Outgoing
  readonly #patterns = new Map<string, Pattern>()
  #over = false

  constructor(broker: Broker, session: BroadcasterSession, outgoing: Outgoing) {
    this.#broker = broker
    this.#session = session
    this.#outgoing = outgoing
  }

  /**
   * @param url of the request; its confirmation is signed with it, too
   * @throws TransportError AUTHORIZATION_REFUSED; LONELY_UNEXPECTED for a second subscription to the same, or the end
   * of none; SUBSCRIPTION_LIMIT
   */
  handle(message: SubscriptionMessage, url: string): void | Promise<void> {
    const context = { nowMs: this.#broker.nowMs(), singular: true }
    const verified = verify(this.#broker.auth.toBroadcaster, requestClaim(message, url), message.authorization, context)
    return after(verified, () => this.#change(message, url))
  }

  /** The connection is gone, and what it was subscribed to with it. */
  end(): void {
    this.#over = true
    for (const pattern of this.#patterns.values()) this.#forget(pattern)
    this.#patterns.clear()
  }

  /** Nobody is there to be told when the relay fails; it brings at most what nobody wants. */
  #forget(pattern: Pattern): void {
    try {
      const told = this.#broker.unsubscribe(this.#session, pattern)
      if (told !== undefined) Promise.resolve(told).catch(ignore)
    } catch {
      // The table has forgotten it before the relay was asked.
    }
  }

  #change(message: SubscriptionMessage, url: string): void | Promise<void> {
    // The message shares memory with what arrived around it; a pattern lives longer.
    const pattern: Pattern = 'glob' in message ? { glob: message.glob } : { topic: Buffer.from(message.topic) }
    const key = keyOf(pattern)
    const wanted = message.type === 'SUBSCRIBE_EXACT' || message.type === 'SUBSCRIBE_GLOB'
    if (this.#patterns.has(key) === wanted)
      throw new TransportError('LONELY_UNEXPECTED', { type: message.type, subscribed: wanted })
    const confirm = (): void => {
      // The connection may have ended while others were told.
      if (this.#over) this.#forget(pattern)
      else this.#outgoing.control(confirmation(message, url))
    }
    if (!wanted) {
      this.#patterns.delete(key)
      return after(this.#broker.unsubscribe(this.#session, pattern), confirm)
    }
    const limit = this.#broker.settings.maxSubscriptions
    if (this.#patterns.size >= limit) throw new TransportError('SUBSCRIPTION_LIMIT', { limit })
    this.#patterns.set(key, pattern)
    // Answers go before bodies, so nothing that this subscription brings can overtake its confirmation.
    return this.#broker.subscribe(this.#session, pattern, confirm)
  }
}

const requestClaim = (message: SubscriptionMessage, url: string): ToBroadcasterClaim => {
  const { tracing = NO_TRACING } = message
  return 'glob' in message
    ? { kind: 'subscribeGlob', tracing, url, recovery: undefined, glob: message.glob }
    : { kind: 'subscribeExact', tracing, url, recovery: undefined, exact: message.topic }
}

const CONFIRMATIONS = {
  SUBSCRIBE_EXACT: 'CONFIRM_SUBSCRIBE_EXACT',
  SUBSCRIBE_GLOB: 'CONFIRM_SUBSCRIBE_GLOB',
  UNSUBSCRIBE_EXACT: 'CONFIRM_UNSUBSCRIBE_EXACT',
  UNSUBSCRIBE_GLOB: 'CONFIRM_UNSUBSCRIBE_GLOB',
} as const

const confirmation = (message: SubscriptionMessage, url: string) => ({
  claim: (): ToSubscriberClaim =>
    'glob' in message
      ? { kind: 'confirmSubscribeGlob', tracing: NO_TRACING, url, recovery: undefined, glob: message.glob }
      : { kind: 'confirmSubscribeExact', tracing: NO_TRACING, url, recovery: undefined, exact: message.topic },
  message: (authorization: string | undefined): ToSubscriber => {
    const carried = { authorization, tracing: NO_TRACING }
    return 'glob' in message
      ? { type: CONFIRMATIONS[message.type], ...carried, glob: message.glob }
      : { type: CONFIRMATIONS[message.type], ...carried, topic: message.topic }
  },
})

const ignore = (): void => {}
