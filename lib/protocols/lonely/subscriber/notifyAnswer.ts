import type { Deferred } from '@/core/index.js'
import type { MessageOf, ToSubscriber } from '@/protocols/lonely/messages.js'
import { NO_TRACING } from '@/protocols/lonely/session/noTracing.js'
import { after } from '@/protocols/lonely/session/after.js'
import { verify } from '@/protocols/lonely/session/verify.js'
import type { Answer } from '@/protocols/lonely/subscriber/sendDesk.js'
import type { SubscriberContext } from '@/protocols/lonely/subscriber/subscriberContext.js'
import { TransportError } from '@/errors.js'

/** What is known about a part of a notification when it is sent. */
interface Sent {
  readonly topic: Buffer
  readonly identifier: Buffer
  /** Of the body as it travels, and as it was; the original signs with either. */
  readonly digests: readonly Buffer[]
  readonly partId: number
  readonly confirmed: Deferred<number>
  /** A part has been answered, and it was not the last. */
  readonly continued: () => void
}

/** The identifier is ours and is awaited once, so nothing can be gained by repeating an answer. */
const SINGULAR = true

/** The answer to a notification or to a part of one: CONFIRM_NOTIFY for the last, CONTINUE_NOTIFY for the others. */
export class NotifyAnswer implements Answer {
  readonly #context: SubscriberContext
  readonly #sent: Sent
  /** Known when the message has been written. */
  last = false

  constructor(context: SubscriberContext, sent: Sent) {
    this.#context = context
    this.#sent = sent
  }

  take(message: ToSubscriber): void | Promise<void> {
    const { identifier, partId, continued, confirmed } = this.#sent
    if (
      message.type === 'CONTINUE_NOTIFY' &&
      !this.last &&
      message.partId === BigInt(partId) &&
      identifier.equals(message.identifier)
    ) {
      return after(this.#checkContinue(message), continued)
    }
    if (message.type === 'CONFIRM_NOTIFY' && this.last && identifier.equals(message.identifier)) {
      return after(this.#checkConfirm(message), () => confirmed.resolve(Number(message.subscribers)))
    }
    const due = this.last ? 'CONFIRM_NOTIFY' : 'CONTINUE_NOTIFY'
    const error = new TransportError('LONELY_UNEXPECTED', { type: message.type, due, partId })
    this.fail(error)
    throw error
  }

  fail(error: Error): void {
    this.#sent.confirmed.reject(error)
  }

  #checkContinue({ authorization, tracing = NO_TRACING, partId }: MessageOf<'CONTINUE_NOTIFY'>): void | Promise<void> {
    const claim = { kind: 'continueNotify', tracing, identifier: this.#sent.identifier, partId } as const
    return this.#failing(() =>
      verify(this.#context.auth.toSubscriber, claim, authorization, {
        nowMs: this.#context.nowMs(),
        singular: SINGULAR,
      }),
    )
  }

  #checkConfirm({
    authorization,
    tracing = NO_TRACING,
    subscribers,
  }: MessageOf<'CONFIRM_NOTIFY'>): void | Promise<void> {
    const { topic, identifier, digests } = this.#sent
    const check = (digest: Buffer | undefined, others: readonly Buffer[]): void | Promise<void> => {
      if (digest === undefined) return
      const claim = { kind: 'confirmNotify', tracing, identifier, subscribers, topic, digest } as const
      const again = (error: unknown): void | Promise<void> => {
        if (others.length === 0) throw error
        return check(others[0], others.slice(1))
      }
      try {
        const checked = verify(this.#context.auth.toSubscriber, claim, authorization, {
          nowMs: this.#context.nowMs(),
          singular: SINGULAR,
        })
        return checked?.catch(again)
      } catch (error) {
        return again(error)
      }
    }
    return this.#failing(() => check(digests[0], digests.slice(1)))
  }

  /** Whoever waits for the confirmation learns why there is none. */
  #failing(check: () => void | Promise<void>): void | Promise<void> {
    const failed = (error: unknown): never => {
      this.fail(error instanceof Error ? error : new TransportError('AUTHORIZATION_REFUSED', {}, { cause: error }))
      throw error
    }
    try {
      return check()?.catch(failed)
    } catch (error) {
      return failed(error)
    }
  }
}
