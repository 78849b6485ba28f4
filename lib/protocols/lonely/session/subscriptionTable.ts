import type { GlobLimits } from '@/protocols/lonely/glob.js'
import { keyOf, type Pattern } from '@/protocols/lonely/session/pattern.js'
import { TopicIndex } from '@/protocols/lonely/topicIndex.js'

/** Who is subscribed to what, and which patterns anybody is subscribed to at all. */
export class SubscriptionTable<T> {
  readonly #index: TopicIndex<T>
  /** How many are subscribed to each pattern. */
  readonly #counts = new Map<string, number>()

  /** @throws TransportError OPTION_INVALID */
  constructor(limits: GlobLimits) {
    this.#index = new TopicIndex(limits)
  }

  /** Different patterns. */
  get size(): number {
    return this.#counts.size
  }

  /** Somebody is subscribed to it. */
  has(pattern: Pattern): boolean {
    return this.#counts.has(keyOf(pattern))
  }

  /**
   * @returns whether it is the first to want this pattern
   * @throws TransportError GLOB_REFUSED; nothing has changed
   */
  add(pattern: Pattern, who: T): boolean {
    const added =
      'glob' in pattern ? this.#index.subscribeGlob(pattern.glob, who) : this.#index.subscribeExact(pattern.topic, who)
    if (!added) return false
    const key = keyOf(pattern)
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return count === 1
  }

  /** @returns whether nobody wants this pattern any more */
  delete(pattern: Pattern, who: T): boolean {
    const deleted =
      'glob' in pattern
        ? this.#index.unsubscribeGlob(pattern.glob, who)
        : this.#index.unsubscribeExact(pattern.topic, who)
    if (!deleted) return false
    const key = keyOf(pattern)
    const count = (this.#counts.get(key) ?? 1) - 1
    if (count === 0) this.#counts.delete(key)
    else this.#counts.set(key, count)
    return count === 0
  }

  /** Each once, however many of its patterns match. To be gone through before anybody else subscribes. */
  match(topic: Buffer): ReadonlySet<T> {
    return this.#index.matching(topic)
  }
}
