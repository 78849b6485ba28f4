import { Deferred } from '@/core/index.js'
import type { ToBroadcasterClaim, ToSubscriberClaim } from '@/protocols/lonely/auth/claim.js'
import type { ConnectionUrls } from '@/protocols/lonely/auth/connectionUrls.js'
import { serialize } from '@/protocols/lonely/codecs.js'
import type { ToSubscriber } from '@/protocols/lonely/messages.js'
import { NO_TRACING } from '@/protocols/lonely/session/noTracing.js'
import type { Pattern } from '@/protocols/lonely/session/pattern.js'
import { after } from '@/protocols/lonely/session/after.js'
import { verify } from '@/protocols/lonely/session/verify.js'
import type { Answer, Outbound } from '@/protocols/lonely/subscriber/sendDesk.js'
import type { SubscriberContext } from '@/protocols/lonely/subscriber/subscriberContext.js'
import { TransportError } from '@/errors.js'

/** Begins or ends the subscription to one pattern on one connection. */
export class SubscribeRequest implements Outbound, Answer {
  readonly #context: SubscriberContext
  readonly #urls: ConnectionUrls
  readonly #pattern: Pattern
  readonly #wanted: boolean
  readonly #confirmed = new Deferred()
  readonly #told: () => void
  #url = ''

  /** @param told called with the confirmation, before anything that comes behind it is looked at */
  constructor(
    context: SubscriberContext,
    urls: ConnectionUrls,
    pattern: Pattern,
    wanted: boolean,
    told: () => void = ignore,
  ) {
    this.#told = told
    this.#context = context
    this.#urls = urls
    this.#pattern = pattern
    this.#wanted = wanted
  }

  get answer(): Answer {
    return this
  }

  /** Resolves when the broadcaster has confirmed it. */
  get confirmed(): Promise<void> {
    return this.#confirmed.promise
  }

  claim(): ToBroadcasterClaim {
    this.#url = this.#urls.nextOfSubscriber()
    const common = { tracing: NO_TRACING, url: this.#url, recovery: undefined }
    return 'glob' in this.#pattern
      ? { kind: 'subscribeGlob', ...common, glob: this.#pattern.glob }
      : { kind: 'subscribeExact', ...common, exact: this.#pattern.topic }
  }

  message(authorization: string | undefined): Buffer {
    const { headers } = this.#context.settings
    const carried = { authorization, tracing: NO_TRACING }
    if ('glob' in this.#pattern) {
      const type = this.#wanted ? 'SUBSCRIBE_GLOB' : 'UNSUBSCRIBE_GLOB'
      return serialize({ type, ...carried, glob: this.#pattern.glob }, { headers })
    }
    const type = this.#wanted ? 'SUBSCRIBE_EXACT' : 'UNSUBSCRIBE_EXACT'
    return serialize({ type, ...carried, topic: this.#pattern.topic }, { headers })
  }

  take(message: ToSubscriber): void | Promise<void> {
    try {
      if (!this.#fits(message))
        throw new TransportError('LONELY_UNEXPECTED', { type: message.type, due: 'a confirmation' })
      const { authorization, tracing = NO_TRACING } = message
      const common = { tracing, url: this.#url, recovery: undefined }
      const claim: ToSubscriberClaim =
        'glob' in this.#pattern
          ? { kind: 'confirmSubscribeGlob', ...common, glob: this.#pattern.glob }
          : { kind: 'confirmSubscribeExact', ...common, exact: this.#pattern.topic }
      const { auth, nowMs } = this.#context
      const checked = verify(auth.toSubscriber, claim, authorization, { nowMs: nowMs(), singular: true })
      return after(
        checked?.catch((error: unknown) => this.#failed(error)),
        () => this.#settle(),
      )
    } catch (error) {
      return this.#failed(error)
    }
  }

  fail(error: Error): void {
    this.#confirmed.reject(error)
  }

  #fits(message: ToSubscriber): boolean {
    if ('glob' in this.#pattern) {
      const type = this.#wanted ? 'CONFIRM_SUBSCRIBE_GLOB' : 'CONFIRM_UNSUBSCRIBE_GLOB'
      return message.type === type && message.glob === this.#pattern.glob
    }
    const type = this.#wanted ? 'CONFIRM_SUBSCRIBE_EXACT' : 'CONFIRM_UNSUBSCRIBE_EXACT'
    return message.type === type && this.#pattern.topic.equals(message.topic)
  }

  #settle(): void {
    this.#told()
    this.#confirmed.resolve()
  }

  #failed(error: unknown): never {
    this.fail(error instanceof Error ? error : new TransportError('AUTHORIZATION_REFUSED', {}, { cause: error }))
    throw error
  }
}

const ignore = (): void => {}
