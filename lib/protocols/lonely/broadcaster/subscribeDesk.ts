import type { ToBroadcasterClaim, ToSubscriberClaim } from '@/protocols/lonely/auth/claim.js'
import type { BroadcasterSession } from '@/protocols/lonely/broadcaster/broadcasterSession.js'
import type { Broker } from '@/protocols/lonely/broadcaster/broker.js'
import type { Control, Outgoing } from '@/protocols/lonely/broadcaster/outgoing.js'
import type { MessageOf, ToSubscriber } from '@/protocols/lonely/messages.js'
import { NO_TRACING } from '@/protocols/lonely/session/noTracing.js'
import { keyOf, type Pattern } from '@/protocols/lonely/session/pattern.js'
import { after } from '@/protocols/lonely/session/after.js'
import { verify } from '@/protocols/lonely/session/verify.js'
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
  /** Of the patterns. */
  #bytes = 0
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
      else this.#outgoing.control(confirmation(message.type, pattern, url))
    }
    const bytes = 'glob' in pattern ? Buffer.byteLength(pattern.glob) : pattern.topic.length
    if (!wanted) {
      this.#patterns.delete(key)
      this.#bytes -= bytes
      return after(this.#broker.unsubscribe(this.#session, pattern), confirm)
    }
    const { maxSubscriptions, maxSubscriptionBytes } = this.#broker.settings
    if (this.#patterns.size >= maxSubscriptions)
      throw new TransportError('SUBSCRIPTION_LIMIT', { limit: maxSubscriptions })
    if (this.#bytes + bytes > maxSubscriptionBytes)
      throw new TransportError('SUBSCRIPTION_LIMIT', { bytes: this.#bytes + bytes, limit: maxSubscriptionBytes })
    this.#patterns.set(key, pattern)
    this.#bytes += bytes
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

/** @param pattern a copy: an answer that waits must not keep alive what arrived around the request */
const confirmation = (type: SubscriptionMessage['type'], pattern: Pattern, url: string): Control => ({
  bytes: 'glob' in pattern ? pattern.glob.length : pattern.topic.length,
  claim: (): ToSubscriberClaim =>
    'glob' in pattern
      ? { kind: 'confirmSubscribeGlob', tracing: NO_TRACING, url, recovery: undefined, glob: pattern.glob }
      : { kind: 'confirmSubscribeExact', tracing: NO_TRACING, url, recovery: undefined, exact: pattern.topic },
  message: (authorization) => confirmationMessage(type, pattern, authorization),
})

const confirmationMessage = (
  type: SubscriptionMessage['type'],
  pattern: Pattern,
  authorization: string | undefined,
): ToSubscriber => {
  const wanted = type === 'SUBSCRIBE_EXACT' || type === 'SUBSCRIBE_GLOB'
  const carried = { authorization, tracing: NO_TRACING }
  return 'glob' in pattern
    ? { type: wanted ? 'CONFIRM_SUBSCRIBE_GLOB' : 'CONFIRM_UNSUBSCRIBE_GLOB', ...carried, glob: pattern.glob }
    : { type: wanted ? 'CONFIRM_SUBSCRIBE_EXACT' : 'CONFIRM_UNSUBSCRIBE_EXACT', ...carried, topic: pattern.topic }
}

const ignore = (): void => {}
