import { Deque } from '@/bytes/deque.js'
import type { ToBroadcasterClaim } from '@/protocols/lonely/auth/claim.js'
import type { ToSubscriber } from '@/protocols/lonely/messages.js'
import { lonelyTimeout } from '@/protocols/lonely/session/lonelyTimeout.js'
import { Patience } from '@/protocols/lonely/session/patience.js'
import { thrownError } from '@/protocols/lonely/session/thrownError.js'
import type { Wire } from '@/protocols/lonely/session/wire.js'
import type { SubscriberContext } from '@/protocols/lonely/subscriber/subscriberContext.js'
import { TransportError } from '@/errors.js'

/** Something to be sent when its turn has come. */
export interface Outbound {
  /** Called when it is its turn, so that counters are taken in the order of the wire. */
  claim(): ToBroadcasterClaim
  message(authorization: string | undefined): Buffer | Promise<Buffer>
  /** What the broadcaster must answer; undefined for acknowledgements. */
  readonly answer?: Answer
}

/** An answer that is due. */
export interface Answer {
  /** @throws TransportError LONELY_UNEXPECTED when this is another, AUTHORIZATION_REFUSED */
  take(message: ToSubscriber): void | Promise<void>
  fail(error: Error): void
}

/** An acknowledgement, which may have to wait for the application. */
export interface Acknowledgement extends Outbound {
  ready: boolean
}

/** A source of messages that are sent when nothing more urgent is there: the notifications. */
export interface Supply {
  /** The next message; undefined when there is none now. */
  next(): Outbound | undefined
}

/**
 * Everything one connection sends, one message after the other, in this order of urgency: acknowledgements,
 * subscriptions, notifications. Requests that the broadcaster has not answered are bounded; the answers come in the
 * order of the requests.
 */
export class SendDesk {
  readonly #context: SubscriberContext
  readonly #wire: Wire
  readonly #supply: Supply
  readonly #acknowledgements = new Deque<Acknowledgement>()
  readonly #requests = new Deque<Outbound & { readonly answer: Answer }>()
  readonly #answers = new Deque<Answer>()
  /** With the answer that is due next. */
  readonly #patience: Patience
  #state: 'idle' | 'busy' | 'over' = 'idle'

  constructor(context: SubscriberContext, wire: Wire, supply: Supply) {
    this.#context = context
    this.#wire = wire
    this.#supply = supply
    const { confirmTimeoutMs: limitMs } = context.settings
    this.#patience = new Patience(context.clock, {
      limitMs,
      // Answers go behind bodies, and those may wait for what we have not acknowledged.
      excused: () => this.unacknowledged > 0,
      lost: () => this.#fail(lonelyTimeout('a confirmation', limitMs, { unanswered: this.inFlight })),
    })
  }

  /** Requests that have been sent and not answered. */
  get inFlight(): number {
    return this.#answers.length
  }

  /** Acknowledgements that wait. */
  get unacknowledged(): number {
    return this.#acknowledgements.length
  }

  acknowledge(acknowledgement: Acknowledgement): void {
    this.#acknowledgements.push(acknowledgement)
    this.pump()
  }

  request(request: Outbound & { readonly answer: Answer }): void {
    this.#requests.push(request)
    this.pump()
  }

  /** @throws TransportError LONELY_UNEXPECTED when no answer, or another one, is due */
  answered(message: ToSubscriber): void | Promise<void> {
    const answer = this.#answers.shift()
    if (answer === undefined)
      throw new TransportError('LONELY_UNEXPECTED', { type: message.type, problem: 'nothing was asked' })
    this.#patience.expect(this.#answers.length > 0)
    const taken = answer.take(message)
    this.pump()
    return taken
  }

  /** Sends whatever may be sent. */
  pump(): void {
    while (this.#state === 'idle') {
      this.#state = 'busy'
      try {
        const next = this.#next()
        if (next === undefined) return this.#free()
        const sending = this.#send(next)
        if (sending instanceof Promise) return void sending.then(this.#goOn, this.#fail)
        this.#free()
      } catch (error) {
        this.#fail(error)
      }
    }
  }

  /** Nothing is sent any more, and no answer will come. */
  end(error: Error): void {
    this.#state = 'over'
    this.#patience.stop()
    this.#acknowledgements.takeAll()
    for (const { answer } of this.#requests.takeAll()) answer.fail(error)
    for (const answer of this.#answers.takeAll()) answer.fail(error)
  }

  #next(): Outbound | undefined {
    if (this.#acknowledgements.peek()?.ready === true) return this.#acknowledgements.shift()
    if (this.#answers.length >= this.#context.settings.maxInFlight) return undefined
    return this.#requests.shift() ?? this.#supply.next()
  }

  #send(outbound: Outbound): void | Promise<void> {
    const { answer } = outbound
    // From here on it may have been sent, whatever comes of it.
    if (answer !== undefined) this.#await(answer)
    const give = (message: Buffer): void => {
      if (this.#state !== 'over') this.#wire.send(message)
    }
    const write = (authorization: string | undefined): void | Promise<void> => {
      const message = outbound.message(authorization)
      return Buffer.isBuffer(message) ? give(message) : message.then(give)
    }
    const { auth, nowMs } = this.#context
    const authorization = auth.toBroadcaster.authorize(outbound.claim(), nowMs())
    return typeof authorization === 'object' ? authorization.then(write) : write(authorization)
  }

  #await(answer: Answer): void {
    this.#answers.push(answer)
    if (this.#answers.length === 1) this.#patience.expect()
  }

  #free(): void {
    if (this.#state === 'busy') this.#state = 'idle'
  }

  readonly #goOn = (): void => {
    this.#free()
    this.pump()
  }

  readonly #fail = (error: unknown): void => {
    if (this.#state === 'over') return
    this.#wire.failed(thrownError(error))
  }
}
