import { Deque } from '@/bytes/deque.js'
import { type Clock, Deferred } from '@/core/index.js'
import type { Delivery } from '@/protocols/lonely/broadcaster/delivery.js'
import { Patience } from '@/protocols/lonely/session/patience.js'

/**
 * What happens to a subscriber whose queue is full and takes nothing for `slowAfterMs`. `disconnect`: the connection
 * ends. `skip`: what comes is not for it until half of its queue is empty; then it is told for each topic that it has
 * missed something.
 */
export type SlowPolicy = 'disconnect' | 'skip'

/** The bounds of one queue. */
export interface QueueLimits {
  readonly maxQueuedMessages: number
  readonly maxQueuedBytes: number
  readonly maxQueuedFiles: number
  readonly slowAfterMs: number
  readonly slowPolicy: SlowPolicy
}

/** Whom a queue tells about its subscriber. */
export interface QueueOwner {
  /** It is too slow, and the policy is to end it. */
  tooSlow(detail: { readonly queuedMessages: number; readonly queuedBytes: number }): void
  /** It was passed over, and may be told now. */
  passedOver(topic: Buffer): void
}

interface Waiter {
  readonly delivery: Delivery
  readonly taken: Deferred<boolean>
}

/** Topics a slow subscriber may have missed something on, before it is ended after all. */
const MAX_MISSED_TOPICS = 256

/**
 * What waits for one subscriber. When it is full, those who bring more wait for room, so that a burst slows its sender
 * down and loses nothing; a subscriber that makes no room for too long is slow.
 */
export class DeliveryQueue {
  readonly #limits: QueueLimits
  readonly #owner: QueueOwner
  readonly #queue = new Deque<Delivery>()
  readonly #waiters = new Deque<Waiter>()
  /** With the first of those who wait, since it has been the first. */
  readonly #patience: Patience
  #bytes = 0
  #files = 0
  #state: 'open' | 'skipping' | 'over' = 'open'
  readonly #missed = new Map<string, Buffer>()

  constructor(limits: QueueLimits, clock: Clock, owner: QueueOwner) {
    this.#limits = limits
    this.#owner = owner
    this.#patience = new Patience(clock, { limitMs: limits.slowAfterMs, lost: () => this.#slow() })
  }

  get length(): number {
    return this.#queue.length
  }

  /** @returns whether it was taken, when that is known */
  offer(delivery: Delivery): boolean | Promise<boolean> {
    if (this.#state === 'over') return false
    if (this.#state === 'skipping') return this.#skip(delivery)
    if (this.#waiters.length === 0 && this.#hasRoomFor(delivery)) {
      this.#put(delivery)
      return true
    }
    const taken = new Deferred<boolean>()
    this.#waiters.push({ delivery, taken })
    if (this.#limits.slowAfterMs === 0) this.#slow()
    else if (this.#waiters.length === 1) this.#patience.expect()
    return taken.promise
  }

  /** The next one, which is the caller's to release. */
  shift(): Delivery | undefined {
    const delivery = this.#queue.shift()
    if (delivery === undefined) return undefined
    this.#count(delivery, -1)
    this.#ease()
    return delivery
  }

  /** Nothing is taken any more, and what waits is let go. */
  end(): void {
    this.#state = 'over'
    this.#patience.stop()
    for (const delivery of this.#queue.takeAll()) delivery.body.release()
    for (const { taken } of this.#waiters.takeAll()) taken.resolve(false)
    this.#bytes = this.#files = 0
    this.#missed.clear()
  }

  #ease(): void {
    for (let waiter = this.#waiters.peek(); waiter !== undefined; waiter = this.#waiters.peek()) {
      if (!this.#hasRoomFor(waiter.delivery)) return
      this.#waiters.shift()
      this.#put(waiter.delivery)
      waiter.taken.resolve(true)
      this.#patience.expect(this.#waiters.length > 0)
    }
    if (this.#state === 'skipping' && this.#halfEmpty) this.#resume()
  }

  get #halfEmpty(): boolean {
    const { maxQueuedMessages, maxQueuedBytes, maxQueuedFiles } = this.#limits
    const few = this.#queue.length * 2 <= maxQueuedMessages && this.#files * 2 <= maxQueuedFiles
    return few && this.#bytes * 2 <= maxQueuedBytes
  }

  #resume(): void {
    this.#state = 'open'
    const missed = [...this.#missed.values()]
    this.#missed.clear()
    for (const topic of missed) this.#owner.passedOver(topic)
  }

  #hasRoomFor(delivery: Delivery): boolean {
    const { maxQueuedMessages, maxQueuedBytes, maxQueuedFiles } = this.#limits
    const { size, bytes } = delivery.body
    if (this.#queue.length === 0) return true
    const fits = this.#queue.length < maxQueuedMessages && this.#bytes + size <= maxQueuedBytes
    return fits && (bytes !== undefined || this.#files < maxQueuedFiles)
  }

  #put(delivery: Delivery): void {
    delivery.body.retain()
    this.#queue.push(delivery)
    this.#count(delivery, 1)
  }

  #count({ body }: Delivery, sign: 1 | -1): void {
    this.#bytes += sign * body.size
    if (body.bytes === undefined) this.#files += sign
  }

  #slow(): void {
    if (this.#limits.slowPolicy === 'disconnect') {
      return this.#owner.tooSlow({ queuedMessages: this.#queue.length, queuedBytes: this.#bytes })
    }
    this.#state = 'skipping'
    for (const { delivery, taken } of this.#waiters.takeAll()) taken.resolve(this.#skip(delivery))
  }

  #skip(delivery: Delivery): boolean {
    this.#missed.set(delivery.topic.toString('latin1'), delivery.topic)
    if (this.#missed.size > MAX_MISSED_TOPICS) {
      this.#owner.tooSlow({ queuedMessages: this.#queue.length, queuedBytes: this.#bytes })
    }
    return false
  }
}
