import { Deferred } from '@/core/index.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { GlobLimits } from '@/protocols/lonely/glob.js'
import { keyOf, type Pattern } from '@/protocols/lonely/session/pattern.js'
import { SubscriptionTable } from '@/protocols/lonely/session/subscriptionTable.js'
import type { Subscription } from '@/protocols/lonely/subscriber/subscription.js'
import type { SubscriberSession } from '@/protocols/lonely/subscriber/subscriberSession.js'
import { TransportError } from '@/errors.js'

/** One pattern that the application is subscribed to, once or several times. */
interface Entry {
  readonly pattern: Pattern
  readonly subscriptions: Set<Subscription>
  /** On which connection it has been asked for. */
  asked: SubscriberSession | undefined
  /** It has been confirmed at least once. */
  known: boolean
  /** Resolves with the next confirmation, on whichever connection that is. */
  confirmed: Deferred
  /** It has resolved. */
  settled: boolean
  /** Connections on which it has been asked for. */
  attempts: number
}

/**
 * Everything the application is subscribed to; each pattern is subscribed to once at the broadcaster, and anew on each
 * connection.
 */
export class Wanted {
  readonly #entries = new Map<string, Entry>()
  readonly #table: SubscriptionTable<Subscription>
  #session: SubscriberSession | undefined

  /** @throws TransportError OPTION_INVALID */
  constructor(limits: GlobLimits) {
    this.#table = new SubscriptionTable(limits)
  }

  get patterns(): readonly Pattern[] {
    return [...this.#entries.values()].map(({ pattern }) => pattern)
  }

  /** Every subscription that there is. */
  get subscriptions(): readonly Subscription[] {
    return [...this.#entries.values()].flatMap(({ subscriptions }) => [...subscriptions])
  }

  /**
   * Resolves when the broadcaster has confirmed, on this connection or a later one.
   * @throws TransportError GLOB_REFUSED at once
   */
  add(subscription: Subscription): Promise<void> {
    const { pattern } = subscription
    const key = keyOf(pattern)
    this.#table.add(pattern, subscription)
    const entry = this.#entries.get(key) ?? newEntry(pattern)
    this.#entries.set(key, entry)
    entry.subscriptions.add(subscription)
    if (this.#session !== undefined) this.#ask(entry, this.#session)
    return entry.confirmed.promise
  }

  /** Resolves when the broadcaster has confirmed, or the connection is gone. */
  async delete(subscription: Subscription): Promise<void> {
    const { pattern } = subscription
    const key = keyOf(pattern)
    const entry = this.#entries.get(key)
    if (entry === undefined || !entry.subscriptions.delete(subscription)) return
    this.#table.delete(pattern, subscription)
    if (entry.subscriptions.size > 0) return
    this.#entries.delete(key)
    // Asked at once, so that a later subscription to the same comes behind it.
    if (entry.asked !== undefined) await entry.asked.unsubscribe(pattern).catch(ignore)
  }

  /**
   * A connection is there: asks for everything, topics first. Resolves when what had been confirmed before is confirmed
   * again.
   * @param again called for each of those, at the moment of its confirmation
   */
  async restore(session: SubscriberSession, again: (subscription: Subscription) => void): Promise<void> {
    this.#session = session
    const entries = [...this.#entries.values()]
    const ordered = entries.toSorted((a, b) => Number('glob' in a.pattern) - Number('glob' in b.pattern))
    const known = ordered.filter((entry) => entry.known)
    for (const entry of ordered) this.#ask(entry, session, entry.known ? again : undefined)
    await Promise.all(known.map(({ confirmed }) => confirmed.promise))
  }

  /**
   * The connection is gone; what it had not confirmed will be asked for on the next. What was never confirmed on so
   * many connections may be what ends them: it is given up.
   */
  lost(error: Error, maxAttempts: number): void {
    this.#session = undefined
    for (const [key, entry] of this.#entries) {
      entry.asked = undefined
      if (entry.settled) {
        entry.confirmed = new Deferred()
        entry.settled = false
      }
      if (entry.known) continue
      if (entry.attempts >= maxAttempts) this.#giveUp(key, entry, error)
    }
  }

  #giveUp(key: string, entry: Entry, cause: Error): void {
    const error = new TransportError('SUBSCRIBE_UNCERTAIN', { pattern: key, attempts: entry.attempts }, { cause })
    this.#entries.delete(key)
    for (const subscription of entry.subscriptions) {
      this.#table.delete(entry.pattern, subscription)
      subscription.end(error)
    }
    entry.confirmed.reject(error)
  }

  /** Nothing will come any more, and nothing is wanted. */
  end(error: Error): void {
    this.#session = undefined
    for (const { pattern, subscriptions, confirmed } of this.#entries.values()) {
      for (const subscription of subscriptions) this.#table.delete(pattern, subscription)
      confirmed.reject(error)
    }
    this.#entries.clear()
  }

  /** @returns a promise while some subscription has no room for more */
  deliver(topic: Buffer, body: Body): void | Promise<void> {
    let waits: Promise<void>[] | undefined
    for (const subscription of this.#table.match(topic)) {
      const room = subscription.deliver(topic, body)
      if (room !== undefined) (waits ??= []).push(room)
    }
    if (waits !== undefined) return Promise.all(waits).then(ignore)
  }

  /** Those that a message on this topic would go to. */
  concerned(topic: Buffer): Iterable<Subscription> {
    return this.#table.match(topic)
  }

  #ask(entry: Entry, session: SubscriberSession, again?: (subscription: Subscription) => void): void {
    if (entry.asked === session) return
    entry.asked = session
    entry.attempts++
    const { confirmed } = entry
    const told = (): void => {
      entry.known = entry.settled = true
      if (again !== undefined) for (const subscription of entry.subscriptions) again(subscription)
    }
    session.subscribe(entry.pattern, told).then(() => confirmed.resolve(), ignore)
  }
}

const newEntry = (pattern: Pattern): Entry => ({
  pattern,
  subscriptions: new Set(),
  asked: undefined,
  known: false,
  confirmed: new Deferred(),
  settled: false,
  attempts: 0,
})

const ignore = (): void => {}
