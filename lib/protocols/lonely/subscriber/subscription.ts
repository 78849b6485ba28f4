import { Deque } from '@/bytes/deque.js'
import { Deferred } from '@/core/index.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { Pattern } from '@/protocols/lonely/session/pattern.js'
import type { Gap } from '@/protocols/lonely/subscriber/gap.js'
import { Received } from '@/protocols/lonely/subscriber/received.js'

/**
 * Called for each message, one after the other; a promise is waited for. A throw goes to the subscriber's
 * `errorRaised`.
 */
export type ReceivedHook = (message: Received) => void | Promise<void>

/** What a subscription needs of its subscriber. */
export interface SubscriptionOwner {
  readonly maxWaitingMessages: number
  readonly maxWaitingBytes: number
  /** The application's hook threw. */
  hookFailed(error: unknown): void
  /** Nobody wants it any more. */
  unsubscribe(subscription: Subscription): Promise<void>
}

/**
 * The messages of one topic or glob. Without a hook they wait to be taken by `for await`, which ends when the
 * subscription has ended, and throws when the subscriber has given up; of several loops at once each message goes to
 * one. Leaving a loop unsubscribes.
 */
export class Subscription implements AsyncIterable<Received>, AsyncDisposable {
  readonly pattern: Pattern
  readonly #owner: SubscriptionOwner
  readonly #hook: ReceivedHook | undefined
  readonly #waiting = new Deque<Received>()
  #bytes = 0
  #gap: Gap | undefined
  #room: Deferred | undefined
  /** Loops that wait for a message. */
  readonly #takers = new Deque<Deferred<Received | undefined>>()
  #running = false
  #end: { readonly error: Error | undefined } | undefined

  /** @internal */
  constructor(pattern: Pattern, hook: ReceivedHook | undefined, owner: SubscriptionOwner) {
    this.pattern = pattern
    this.#hook = hook
    this.#owner = owner
  }

  /** Messages that wait to be taken. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Ends it, and drops what waits. Resolves when the broadcaster has confirmed, or the connection is gone. */
  unsubscribe(): Promise<void> {
    return this.#owner.unsubscribe(this)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Received, void, undefined> {
    try {
      for (;;) {
        const message = this.#take() ?? (await this.#next())
        if (message === undefined) return
        try {
          yield message
        } finally {
          message.release()
        }
      }
    } finally {
      await this.unsubscribe()
    }
  }

  /** @returns a promise while no more should be acknowledged @internal */
  deliver(topic: Buffer, body: Body): void | Promise<void> {
    if (this.#end !== undefined) return
    body.retain()
    const message = new Received(topic, body, this.#gap)
    this.#gap = undefined
    if (this.#hook !== undefined && !this.#running && this.#waiting.length === 0) return this.#run(this.#hook, message)
    const taker = this.#takers.shift()
    if (taker !== undefined) return taker.resolve(message)
    this.#waiting.push(message)
    this.#bytes += message.size
    if (!this.#crowded) return
    this.#room ??= new Deferred()
    return this.#room.promise
  }

  /** Said with the next message. @internal */
  missed(gap: Gap): void {
    this.#gap = gap
  }

  /**
   * Nothing more will come. What waits is let go when that was wanted, also after an error that has left it to be taken.
   * @param error why, unless it was wanted
   * @internal
   */
  end(error: Error | undefined): void {
    this.#end ??= { error }
    this.#room?.resolve()
    for (const taker of this.#takers.takeAll()) {
      if (error === undefined) taker.resolve(undefined)
      else taker.reject(error)
    }
    if (error !== undefined) return
    for (const message of this.#waiting.takeAll()) message.release()
    this.#bytes = 0
  }

  get #crowded(): boolean {
    const { maxWaitingMessages, maxWaitingBytes } = this.#owner
    const { length } = this.#waiting
    return length > 0 && (length >= maxWaitingMessages || this.#bytes > maxWaitingBytes)
  }

  #take(): Received | undefined {
    const message = this.#waiting.shift()
    if (message === undefined) return undefined
    this.#bytes -= message.size
    if (this.#room !== undefined && !this.#crowded) {
      this.#room.resolve()
      this.#room = undefined
    }
    return message
  }

  #next(): Promise<Received | undefined> {
    if (this.#end?.error !== undefined) return Promise.reject(this.#end.error)
    if (this.#end !== undefined) return Promise.resolve(undefined)
    const taker = new Deferred<Received | undefined>()
    this.#takers.push(taker)
    return taker.promise
  }

  /** Runs the hook for one message; while it has not returned, later ones wait. */
  #run(hook: ReceivedHook, message: Received): void {
    try {
      const result = hook(message)
      if (result !== undefined) {
        this.#running = true
        void this.#finish(hook, message, result)
        return
      }
    } catch (error) {
      this.#owner.hookFailed(error)
    }
    message.release()
  }

  async #finish(hook: ReceivedHook, message: Received, result: Promise<void>): Promise<void> {
    let running: Promise<void> | undefined = result
    let current = message
    for (;;) {
      try {
        await running
      } catch (error) {
        this.#owner.hookFailed(error)
      }
      current.release()
      const next = this.#take()
      if (next === undefined) break
      current = next
      running = called(hook, current)
    }
    this.#running = false
  }
}

/** A hook's throw, too, is a rejection. */
const called = async (hook: ReceivedHook, message: Received): Promise<void> => hook(message)
