import { Deque } from '@/bytes/deque.js'
import { onAbort, refusedBy } from '@/core/abort.js'
import { Deferred, rejected } from '@/core/deferred.js'
import type { InboundStream } from '@/core/inboundStream.js'
import type { MemoryBudget } from '@/core/memoryBudget.js'
import { WINDOW_BYTES } from '@/core/options.js'
import { TransportError } from '@/errors.js'
import { MOST_UNANSWERED } from '@/framings/handshakeOutbound.js'

/** What waits for its hook: a message, or a stream of one. */
export type Item = Buffer | InboundStream

/** What another end of ours has under way unanswered by default, in bytes and in messages. */
export const AHEAD_BYTES = WINDOW_BYTES
const AHEAD_MESSAGES = MOST_UNANSWERED
const MAX_RECEIVERS = 1_024

/** The messages that have arrived whole and wait for their hook or for `receive()`, within bounds. */
export class Inbox {
  readonly #budget: MemoryBudget
  readonly #maxMessages: number
  readonly #maxBytes: number
  readonly #items = new Deque<Item>()
  #bytes = 0
  #bufferedMessages = 0
  readonly #receivers = new Deque<Deferred<Item>>()
  #over: TransportError | undefined
  /** What waits here is no longer counted in the budget. */
  #disowned = false

  constructor(budget: MemoryBudget, maxMessages: number, maxBytes: number) {
    this.#budget = budget
    this.#maxMessages = maxMessages
    this.#maxBytes = maxBytes
  }

  get length(): number {
    return this.#items.length
  }

  /** Somebody waits in `receive()`. */
  get wanted(): boolean {
    return this.#receivers.length > 0
  }

  /**
   * Whether a message of `size` bytes may come in. One always may when nothing waits.
   * @param slack by how much the bounds are stretched
   */
  hasRoomFor(size: number, slack: number): boolean {
    if (this.#items.length === 0) return true
    return this.#items.length < this.#maxMessages * slack && this.#bytes + size <= this.#maxBytes * slack
  }

  /** Whether a message may come in ahead of its turn, because an answer that we wait for stands behind it. */
  hasRoomAhead(size: number): boolean {
    const messages = this.#items.length < 2 * this.#maxMessages + AHEAD_MESSAGES
    return messages && this.#bytes + size <= 2 * this.#maxBytes + AHEAD_BYTES
  }

  put(item: Item): void {
    const receiver = this.#receivers.shift()
    if (receiver !== undefined) return receiver.resolve(item)
    if (item instanceof Buffer) {
      this.#bytes += item.length
      this.#bufferedMessages++
      this.#budget.take(item.length, 1)
    }
    this.#items.push(item)
  }

  peek(): Item | undefined {
    return this.#items.peek()
  }

  take(): Item | undefined {
    const item = this.#items.shift()
    if (item instanceof Buffer) {
      this.#bytes -= item.length
      this.#bufferedMessages--
      if (!this.#disowned) this.#budget.give(item.length, 1)
    }
    return item
  }

  /** What comes next, now or later. */
  receive(signal: AbortSignal | undefined): Promise<Item> {
    const refusal = refusedBy(signal)
    if (refusal !== undefined) return rejected(refusal)
    const item = this.take()
    if (item !== undefined) return Promise.resolve(item)
    if (this.#over !== undefined) return rejected(this.#over)
    if (this.#receivers.length >= MAX_RECEIVERS)
      return rejected(new TransportError('RECEIVE_PENDING', { limit: MAX_RECEIVERS }))
    const receiver = new Deferred<Item>()
    this.#receivers.push(receiver)
    onAbort(signal, receiver.promise, (error) => {
      for (const other of this.#receivers.takeAll()) if (other !== receiver) this.#receivers.push(other)
      receiver.reject(error)
    })
    return receiver.promise
  }

  /** Nothing more will come in; what waits can still be taken. */
  close(error: TransportError): void {
    this.#over ??= error
    for (const receiver of this.#receivers.takeAll()) receiver.reject(error)
  }

  /** The connection is over: what waits belongs to whoever may still take it, and no longer to the budget. */
  disown(): void {
    if (this.#disowned) return
    this.#disowned = true
    if (this.#bufferedMessages > 0) this.#budget.give(this.#bytes, this.#bufferedMessages)
  }
}
