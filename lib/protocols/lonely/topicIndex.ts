import { isAscii, isUtf8 } from 'node:buffer'
import { asBuffer } from '@/bytes/asBuffer.js'
import { checkGlobLimits, type GlobLimits, parseGlob, type Token } from '@/protocols/lonely/glob.js'
import { GlobTrie } from '@/protocols/lonely/globTrie.js'
import { Wishes } from '@/protocols/lonely/wishes.js'
import { TransportError } from '@/errors.js'

const NOBODY: ReadonlySet<never> = new Set<never>()

/**
 * Who is subscribed to what. Exact topics are looked up; globs share what they have in common, so a search costs little
 * more with many of them than with few. Subscribing and unsubscribing cost in proportion to the topic or glob.
 * @typeParam Subscriber anything with an identity, such as a connection
 */
export class TopicIndex<Subscriber> {
  readonly #limits: Required<GlobLimits>
  readonly #exact = new Map<string, Set<Subscriber>>()
  readonly #globs = new Map<string, Set<Subscriber>>()
  readonly #trie = new GlobTrie<ReadonlySet<Subscriber>>()
  readonly #wishes = new Map<Subscriber, Wishes>()

  /** @throws TransportError OPTION_INVALID */
  constructor(limits: GlobLimits = {}) {
    this.#limits = checkGlobLimits(limits)
  }

  /** How many topics and globs a subscriber is subscribed to. */
  countOf(subscriber: Subscriber): number {
    return this.#wishes.get(subscriber)?.count ?? 0
  }

  /** @param topic copied @returns false when the subscriber is subscribed to it already */
  subscribeExact(topic: Uint8Array, subscriber: Subscriber): boolean {
    const key = keyOf(topic)
    const { topics } = this.#wishesOf(subscriber)
    if (topics.has(key)) return false
    topics.add(key)
    enter(this.#exact, key, subscriber)
    return true
  }

  /**
   * @returns false when the subscriber is subscribed to the same text already
   * @throws TransportError GLOB_REFUSED: it is longer or has more wildcards than allowed; nothing has changed
   */
  subscribeGlob(glob: string, subscriber: Subscriber): boolean {
    const known = this.#globs.get(glob)
    if (known?.has(subscriber) === true) return false
    const tokens = parseGlob(glob, this.#limits)
    if (known === undefined) {
      const subscribers = new Set<Subscriber>()
      this.#globs.set(glob, subscribers)
      this.#trie.add(tokens, subscribers)
    }
    enter(this.#globs, glob, subscriber)
    this.#wishesOf(subscriber).addGlob(glob, tokens)
    return true
  }

  /** @returns false when the subscriber is not subscribed to it */
  unsubscribeExact(topic: Uint8Array, subscriber: Subscriber): boolean {
    const key = keyOf(topic)
    const wishes = this.#wishes.get(subscriber)
    if (wishes?.topics.delete(key) !== true) return false
    this.#leaveExact(key, subscriber)
    this.#forgetIfEmpty(subscriber, wishes)
    return true
  }

  /** @returns false when the subscriber is not subscribed to the same text */
  unsubscribeGlob(glob: string, subscriber: Subscriber): boolean {
    const wishes = this.#wishes.get(subscriber)
    const tokens = wishes?.deleteGlob(glob)
    if (wishes === undefined || tokens === undefined) return false
    this.#leaveGlob(glob, tokens, subscriber)
    this.#forgetIfEmpty(subscriber, wishes)
    return true
  }

  /** Ends all subscriptions of a subscriber, as when its connection has ended. */
  unsubscribeAll(subscriber: Subscriber): void {
    const wishes = this.#wishes.get(subscriber)
    if (wishes === undefined) return
    for (const key of wishes.topics) this.#leaveExact(key, subscriber)
    for (const glob of wishes.globs) this.#leaveGlob(glob, parseGlob(glob, this.#limits), subscriber)
    this.#wishes.delete(subscriber)
  }

  /**
   * Who is to get a message on this topic, each once however many subscriptions match. A topic that is not UTF-8
   * matches no glob.
   * @returns maybe a set that changes with the next subscription: go through it before that, or copy it
   * @throws TransportError MATCH_TOO_COSTLY: it takes more than `maxMatchSteps`
   */
  matching(topic: Uint8Array): ReadonlySet<Subscriber> {
    const key = keyOf(topic)
    const exact = this.#exact.get(key)
    if (this.#globs.size === 0) return exact ?? NOBODY
    const text = isAscii(topic) ? key : utf8Of(topic)
    const { maxMatchSteps } = this.#limits
    const byGlob = text === undefined ? [] : this.#trie.find(text, maxMatchSteps)
    if (byGlob === undefined) throw new TransportError('MATCH_TOO_COSTLY', { topicBytes: topic.length, maxMatchSteps })
    const [only] = byGlob
    if (only === undefined) return exact ?? NOBODY
    if (exact === undefined && byGlob.length === 1) return only
    const all = new Set(exact)
    for (const subscribers of byGlob) for (const subscriber of subscribers) all.add(subscriber)
    return all
  }

  /** Steps that the globs of the last search took; 0 when there are none. */
  get steps(): number {
    return this.#globs.size === 0 ? 0 : this.#trie.steps
  }

  /**
   * A subscriber whose globs alone take more than so many steps for this topic, as far as is known: of who may be to
   * blame, some more globs are looked at with every try, and when all are cheap, the next one's are.
   * @param tries each costs up to these steps, and to look at 64 globs
   */
  takingMore(topic: Uint8Array, steps: number, tries: number): Subscriber | undefined {
    const text = utf8Of(topic)
    for (let left = text === undefined ? 0 : tries; left > 0; left--) {
      const suspect = this.#most(({ suspicion }) => suspicion)
      if (suspect === undefined) return undefined
      if (this.#wishes.get(suspect)?.takesMore(text ?? '', steps) === true) return suspect
    }
    return undefined
  }

  /** Whose globs may cost the most. */
  costliest(): Subscriber | undefined {
    return this.#most(({ weight }) => weight)
  }

  #most(measure: (wishes: Wishes) => number): Subscriber | undefined {
    let found: Subscriber | undefined
    let most = 0
    for (const [subscriber, wishes] of this.#wishes) {
      const measured = measure(wishes)
      if (measured <= most) continue
      most = measured
      found = subscriber
    }
    return found
  }

  #wishesOf(subscriber: Subscriber): Wishes {
    const known = this.#wishes.get(subscriber)
    if (known !== undefined) return known
    const wishes = new Wishes(this.#limits)
    this.#wishes.set(subscriber, wishes)
    return wishes
  }

  #forgetIfEmpty(subscriber: Subscriber, { count }: Wishes): void {
    if (count === 0) this.#wishes.delete(subscriber)
  }

  #leaveExact(key: string, subscriber: Subscriber): void {
    if (leave(this.#exact, key, subscriber)) this.#exact.delete(key)
  }

  #leaveGlob(glob: string, tokens: readonly Token[], subscriber: Subscriber): void {
    const subscribers = this.#globs.get(glob)
    if (subscribers === undefined || !leave(this.#globs, glob, subscriber)) return
    this.#globs.delete(glob)
    this.#trie.delete(tokens, subscribers)
  }
}

/** One character for each byte, which makes it a key whatever the bytes are. */
const keyOf = (topic: Uint8Array): string => asBuffer(topic).toString('latin1')

const utf8Of = (topic: Uint8Array): string | undefined => (isUtf8(topic) ? asBuffer(topic).toString('utf8') : undefined)

const enter = <Subscriber>(all: Map<string, Set<Subscriber>>, key: string, subscriber: Subscriber): void => {
  const subscribers = all.get(key)
  if (subscribers === undefined) all.set(key, new Set([subscriber]))
  else subscribers.add(subscriber)
}

/** @returns whether nobody is left */
const leave = <Subscriber>(all: Map<string, Set<Subscriber>>, key: string, subscriber: Subscriber): boolean => {
  const subscribers = all.get(key)
  return subscribers !== undefined && subscribers.delete(subscriber) && subscribers.size === 0
}
