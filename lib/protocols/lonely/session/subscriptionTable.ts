import { checkGlobLimits, type GlobLimits, parseGlob } from '@/protocols/lonely/glob.js'
import type { Pattern } from '@/protocols/lonely/session/pattern.js'
import { TopicIndex } from '@/protocols/lonely/topicIndex.js'

/** Who is subscribed to what. */
export class SubscriptionTable<T> {
  readonly #limits: Required<GlobLimits>
  readonly #index: TopicIndex<T>

  /** @throws TransportError OPTION_INVALID */
  constructor(limits: GlobLimits) {
    this.#limits = checkGlobLimits(limits)
    this.#index = new TopicIndex(limits)
  }

  /** @throws TransportError GLOB_REFUSED for a pattern that cannot be subscribed to */
  check(pattern: Pattern): void {
    if ('glob' in pattern) parseGlob(pattern.glob, this.#limits)
  }

  /** @throws TransportError GLOB_REFUSED; nothing has changed */
  add(pattern: Pattern, who: T): void {
    if ('glob' in pattern) this.#index.subscribeGlob(pattern.glob, who)
    else this.#index.subscribeExact(pattern.topic, who)
  }

  /** @returns whether it was subscribed to the pattern */
  delete(pattern: Pattern, who: T): boolean {
    return 'glob' in pattern
      ? this.#index.unsubscribeGlob(pattern.glob, who)
      : this.#index.unsubscribeExact(pattern.topic, who)
  }

  /** What finding the globs took the last time. */
  get steps(): number {
    return this.#index.steps
  }

  /** Whose globs alone take more than so many steps; of so many at most is it found out. */
  takingMore(topic: Buffer, steps: number, tries: number): T | undefined {
    return this.#index.takingMore(topic, steps, tries)
  }

  /** Whose globs may cost the most to match. */
  costliest(): T | undefined {
    return this.#index.costliest()
  }

  /**
   * Each once, however many of its patterns match. To be gone through before anybody else subscribes.
   * @throws TransportError MATCH_TOO_COSTLY
   */
  match(topic: Buffer): ReadonlySet<T> {
    return this.#index.matching(topic)
  }
}
