import { Deque } from '@/bytes/deque.js'
import type { ToSubscriberClaim } from '@/protocols/lonely/auth/claim.js'
import type { ConnectionUrls } from '@/protocols/lonely/auth/connectionUrls.js'
import type { Broker } from '@/protocols/lonely/broadcaster/broker.js'
import type { Delivery } from '@/protocols/lonely/broadcaster/delivery.js'
import { DeliveryQueue } from '@/protocols/lonely/broadcaster/deliveryQueue.js'
import { type Cut, Parts } from '@/protocols/lonely/broadcaster/parts.js'
import { serialize } from '@/protocols/lonely/codecs.js'
import type { ConfirmReceive, ContinueReceive, ToSubscriber } from '@/protocols/lonely/messages.js'
import type { Compressors } from '@/protocols/lonely/compressors.js'
import { compressedForm, type Form } from '@/protocols/lonely/bodies/form.js'
import { Patience } from '@/protocols/lonely/session/patience.js'
import { lonelyTimeout } from '@/protocols/lonely/session/lonelyTimeout.js'
import { NO_TRACING } from '@/protocols/lonely/session/noTracing.js'
import { thrownError } from '@/protocols/lonely/session/thrownError.js'
import { MAX_MESSAGE_BYTES } from '@/protocols/lonely/session/transportOptions.js'
import type { Wire } from '@/protocols/lonely/session/wire.js'
import { type Detail, TransportError } from '@/errors.js'

/** A message that is no part of a body. */
export interface Control {
  /** Called when it is its turn, so that counters are taken in the order of the wire. */
  claim(): ToSubscriberClaim
  message(authorization: string | undefined): ToSubscriber
  /** It has been given to the wire. */
  sent?(): void
  /** What it keeps alive of what was asked, while it waits. @default 0 */
  readonly bytes?: number
}

/** A part that the subscriber has not acknowledged. */
interface Unacknowledged {
  readonly identifier: Buffer
  readonly partId: number
  readonly last: boolean
  readonly bytes: number
}

/** Answers that may wait for the end of a body: more, and the subscriber asks on and on without taking what it gets. */
const MAX_ANSWERS = 4_096
/** Bytes of the topics and globs in them. */
const MAX_ANSWER_BYTES = 4_194_304

/**
 * Everything one connection is sent, one message after the other: answers first, but never between two parts of a body;
 * bodies as far as the window goes.
 */
export class Outgoing {
  readonly #broker: Broker
  readonly #wire: Wire
  readonly #urls: ConnectionUrls
  /** Undefined when nothing is compressed on this connection. */
  readonly #compressors: Compressors | undefined
  readonly #queue: DeliveryQueue
  readonly #cut: Cut
  readonly #controls = new Deque<Control>()
  #controlBytes = 0
  readonly #window = new Deque<Unacknowledged>()
  /** With the acknowledgement that is due next. */
  readonly #patience: Patience
  #windowBytes = 0
  /** The body under way. */
  #parts: Parts | undefined
  #url = ''
  #state: 'idle' | 'busy' | 'over' = 'idle'

  constructor(broker: Broker, wire: Wire, urls: ConnectionUrls, compressors: Compressors | undefined) {
    this.#broker = broker
    this.#wire = wire
    this.#urls = urls
    this.#compressors = compressors
    this.#queue = new DeliveryQueue(broker.settings, broker.clock, {
      tooSlow: (detail) => this.#fail(this.#slow(detail)),
      passedOver: (topic) => this.missed(topic),
    })
    const { acknowledgeTimeoutMs: limitMs, maxSendBytes, headers } = broker.settings
    this.#cut = { maxSendBytes, headers, maxParts: broker.auth.toBroadcaster.maxParts }
    this.#patience = new Patience(broker.clock, {
      limitMs,
      lost: () => this.#fail(lonelyTimeout('an acknowledgement', limitMs, { unacknowledged: this.#window.length })),
    })
  }

  /** Answers wait for the end of a body. */
  get holdsAnswers(): boolean {
    return this.#controls.length > 0
  }

  /** Messages that wait, and parts that are not acknowledged. */
  get backlog(): { readonly queued: number; readonly unacknowledged: number } {
    return { queued: this.#queue.length + (this.#parts === undefined ? 0 : 1), unacknowledged: this.#window.length }
  }

  control(control: Control): void {
    if (this.#state === 'over') return
    this.#controlBytes += control.bytes ?? 0
    if (this.#controls.length >= MAX_ANSWERS || this.#controlBytes > MAX_ANSWER_BYTES)
      return this.#fail(this.#slow({ waitingAnswers: this.#controls.length, waitingBytes: this.#controlBytes }))
    this.#controls.push(control)
    this.#pump()
  }

  /** @returns whether it was queued; a promise while the queue is full */
  offer(delivery: Delivery): boolean | Promise<boolean> {
    const taken = this.#queue.offer(delivery)
    this.#pump()
    return taken
  }

  /** Something on this topic may have passed this subscriber. */
  missed(topic: Buffer): void {
    this.control({
      claim: () => ({ kind: 'missed', tracing: NO_TRACING, recovery: this.#urls.nextOfBroadcaster(), topic }),
      message: (authorization) => ({ type: 'MISSED', authorization, tracing: NO_TRACING, topic }),
      bytes: topic.length,
    })
  }

  /**
   * Bodies have no room any more: a subscriber that has acknowledged nothing for so long is slow, whatever the policy.
   */
  makeRoom(afterMs: number): void {
    if (this.#patience.waitedMs >= afterMs) this.#fail(this.#slow({ waitedMs: this.#patience.waitedMs }))
  }

  /** Takes an acknowledgement. @throws TransportError LONELY_UNEXPECTED unless it is the one that is due */
  acknowledged(message: ContinueReceive | ConfirmReceive): void {
    const due = this.#window.shift()
    const partId = message.type === 'CONTINUE_RECEIVE' ? Number(message.partId) : undefined
    const fits = due !== undefined && due.identifier.equals(message.identifier)
    if (!fits || (due.last ? partId !== undefined : partId !== due.partId)) {
      throw new TransportError('LONELY_UNEXPECTED', { type: message.type, partId, due: due?.partId, last: due?.last })
    }
    this.#windowBytes -= due.bytes
    this.#patience.expect(this.#window.length > 0)
    this.#pump()
  }

  end(): void {
    this.#state = 'over'
    this.#patience.stop()
    this.#controls.takeAll()
    this.#queue.end()
    this.#parts?.finished()
    this.#parts = undefined
  }

  #slow(detail: Detail): TransportError {
    return new TransportError('SUBSCRIBER_SLOW', { ...detail, unacknowledged: this.#window.length })
  }

  #fail(error: unknown): void {
    if (this.#state === 'over') return
    this.end()
    this.#wire.failed(thrownError(error))
  }

  #pump(): void {
    while (this.#state === 'idle') {
      this.#state = 'busy'
      try {
        const sending = this.#sendNext()
        if (sending instanceof Promise)
          return void sending.then(
            () => this.#goOn(),
            (error: unknown) => this.#fail(error),
          )
        this.#free()
        if (!sending) return
      } catch (error) {
        this.#fail(error)
      }
    }
  }

  #goOn(): void {
    this.#free()
    this.#pump()
  }

  #free(): void {
    if (this.#state === 'busy') this.#state = 'idle'
  }

  /** @returns whether there was something to send */
  #sendNext(): boolean | Promise<void> {
    const control = this.#parts === undefined ? this.#controls.shift() : undefined
    if (control !== undefined) {
      this.#controlBytes -= control.bytes ?? 0
      return this.#sendControl(control)
    }
    const { windowMessages, windowBytes } = this.#broker.settings
    if (this.#window.length >= windowMessages || this.#windowBytes >= windowBytes) return false
    if (this.#parts !== undefined) return this.#sendPart(this.#parts)
    const delivery = this.#queue.shift()
    return delivery === undefined ? false : this.#begin(delivery)
  }

  #sendControl(control: Control): boolean | Promise<void> {
    const send = (authorization: string | undefined): true => {
      if (this.#state === 'over') return true
      this.#wire.send(serialize(control.message(authorization), this.#broker.settings))
      control.sent?.()
      return true
    }
    const authorization = this.#authorize(control.claim())
    return isPromise(authorization) ? authorization.then(send).then(ignore) : send(authorization)
  }

  #begin(delivery: Delivery): boolean | Promise<void> {
    const { body, compression } = this.#formOf(delivery)
    const parts = new Parts(delivery, body, compression, this.#cut)
    if (this.#state === 'over') {
      parts.finished()
      return true
    }
    if (parts.maxSendBytes > Math.max(MAX_MESSAGE_BYTES, this.#broker.settings.maxSendBytes)) {
      // Nobody could take it; that it is missing is all there is to tell.
      parts.finished()
      this.missed(parts.delivery.topic)
      return true
    }
    this.#parts = parts
    return this.#sendPart(parts)
  }

  #formOf(delivery: Delivery): Form {
    const { body } = delivery
    const { bytes } = body
    const compressors = this.#compressors
    const compressor = bytes === undefined ? undefined : compressors?.choose(body.size)
    if (compressor === undefined || compressors === undefined || bytes === undefined)
      return { body, compression: undefined }
    try {
      return delivery.form(compressor, () => compressedForm(bytes, compressors, compressor))
    } catch (error) {
      body.release()
      throw error
    }
  }

  #sendPart(parts: Parts): boolean | Promise<void> {
    const { topic, identifier } = parts.delivery
    const counts = parts.partId === 0 || this.#broker.settings.partCounting === 'every'
    if (counts) this.#url = this.#urls.nextOfBroadcaster()
    const { digest } = parts.body
    const authorization = this.#authorize({
      kind: 'receive',
      tracing: NO_TRACING,
      url: this.#url,
      topic,
      digest,
      identifier,
    })
    const write = (text: string | undefined): true | Promise<void> => {
      const partId = parts.partId
      const message = parts.next(text)
      if (isPromise(message)) return message.then((bytes) => void this.#sent(parts, partId, bytes))
      return this.#sent(parts, partId, message)
    }
    return isPromise(authorization) ? authorization.then<unknown>(write).then(ignore) : write(authorization)
  }

  #sent(parts: Parts, partId: number, message: Buffer): true {
    if (this.#state === 'over') return true
    const { identifier } = parts.delivery
    this.#window.push({ identifier, partId, last: parts.done, bytes: message.length })
    this.#windowBytes += message.length
    if (this.#window.length === 1) this.#patience.expect()
    this.#wire.send(message)
    if (parts.done) {
      this.#parts = undefined
      parts.finished()
    }
    return true
  }

  #authorize(claim: ToSubscriberClaim): string | undefined | Promise<string | undefined> {
    return this.#broker.auth.toSubscriber.authorize(claim, this.#broker.nowMs())
  }
}

const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof value === 'object' && value !== null && 'then' in value
const ignore = (): void => {}
