import { Deque } from '@/bytes/deque.js'
import { Deferred } from '@/core/index.js'
import type { ToBroadcasterClaim } from '@/protocols/lonely/auth/claim.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import { compressedForm, type Form } from '@/protocols/lonely/bodies/form.js'
import { codecs } from '@/protocols/lonely/codecs.js'
import type { Compression } from '@/protocols/lonely/messages.js'
import type { Compressors } from '@/protocols/lonely/compressors.js'
import { NO_TRACING } from '@/protocols/lonely/session/noTracing.js'
import { thrownError } from '@/protocols/lonely/session/thrownError.js'
import { NotifyAnswer } from '@/protocols/lonely/subscriber/notifyAnswer.js'
import type { Outbound, Supply } from '@/protocols/lonely/subscriber/sendDesk.js'
import type { SubscriberContext } from '@/protocols/lonely/subscriber/subscriberContext.js'
import { TransportError } from '@/errors.js'

/** One notification as it travels. */
interface Notification {
  readonly topic: Buffer
  readonly identifier: Buffer
  readonly confirmed: Deferred<number>
  /** As the application gave it. */
  readonly plain: Body
  /** As it travels: the same, or compressed. */
  readonly body: Body
  readonly compression: Compression | undefined
}

/** One that is being sent in parts. */
interface Streaming {
  readonly notification: Notification
  at: number
  partId: number
  /** Parts that have not been answered. */
  open: number
}

const IDENTIFIER_BYTES = 4
/** A body that is so many bytes smaller than a message may be goes in one. */
const WHOLE_SPARE_BYTES = 128
/** A part, however small the messages may be, carries this much. */
const MIN_PAYLOAD_BYTES = 512

/** The notifications of one connection: small ones whole, large ones in parts, one after the other. */
export class OutgoingBodies implements Supply {
  readonly #context: SubscriberContext
  /** Undefined when nothing is compressed on this connection. */
  readonly #compressors: Compressors | undefined
  readonly #waiting = new Deque<Notification>()
  #streaming: Streaming | undefined

  constructor(context: SubscriberContext, compressors: Compressors | undefined) {
    this.#context = context
    this.#compressors = compressors
  }

  /** @param body must be held until the promise settles @returns how many it reached, when that has been confirmed */
  add(topic: Buffer, body: Body): Promise<number> {
    const identifier = Buffer.from(this.#context.random(IDENTIFIER_BYTES))
    const confirmed = new Deferred<number>()
    this.#waiting.push({ topic, identifier, confirmed, plain: body, body, compression: undefined })
    return confirmed.promise
  }

  /** No more will be sent. */
  end(error: Error): void {
    for (const { confirmed } of this.#waiting.takeAll()) confirmed.reject(error)
    this.#streaming?.notification.confirmed.reject(error)
    this.#streaming = undefined
  }

  next(): Outbound | undefined {
    if (this.#streaming !== undefined) return this.#nextPart(this.#streaming)
    const notification = this.#waiting.shift()
    if (notification === undefined) return undefined
    try {
      return this.#first({ ...notification, ...this.#formOf(notification.plain) })
    } catch (error) {
      notification.confirmed.reject(thrownError(error))
      throw error
    }
  }

  #formOf(body: Body): Form {
    const { bytes } = body
    const compressors = this.#compressors
    const compressor = bytes === undefined ? undefined : compressors?.choose(bytes.length)
    if (compressor === undefined || compressors === undefined || bytes === undefined)
      return { body, compression: undefined }
    return compressedForm(bytes, compressors, compressor)
  }

  /** The whole notification, or its first part; which of them is known when its authorization is. */
  #first(notification: Notification): Outbound {
    const streaming: Streaming = { notification, at: 0, partId: 0, open: 1 }
    const answer = this.#answerTo(streaming, 0)
    return {
      claim: () => claimOf(notification),
      message: (authorization) => {
        const whole = this.#whole(notification, authorization)
        if (whole !== undefined) {
          answer.last = true
          return whole
        }
        this.#streaming = streaming
        return this.#part(streaming, answer, authorization)
      },
      answer,
    }
  }

  /** Undefined while too many parts are unanswered. */
  #nextPart(streaming: Streaming): Outbound | undefined {
    if (streaming.open >= this.#context.settings.maxOpenParts) return undefined
    streaming.open++
    const answer = this.#answerTo(streaming, streaming.partId)
    return {
      claim: () => claimOf(streaming.notification),
      message: (authorization) => this.#part(streaming, answer, authorization),
      answer,
    }
  }

  #answerTo(streaming: Streaming, partId: number): NotifyAnswer {
    const { topic, identifier, plain, body, confirmed } = streaming.notification
    const digests = plain === body ? [plain.digest] : [body.digest, plain.digest]
    const continued = (): void => void streaming.open--
    return new NotifyAnswer(this.#context, { topic, identifier, digests, partId, confirmed, continued })
  }

  /** Undefined when it does not fit in one message. */
  #whole(notification: Notification, authorization: string | undefined): Buffer | undefined {
    const { topic, identifier, plain, body, compression } = notification
    const { headers, maxSendBytes } = this.#context.settings
    const payload = body.bytes
    if (payload === undefined || plain.size + WHOLE_SPARE_BYTES >= maxSendBytes) return undefined
    const common = { authorization, tracing: NO_TRACING, identifier, topic, compression }
    const message = codecs.NOTIFY.serialize({ type: 'NOTIFY', ...common, sha512: body.digest, payload }, { headers })
    return message.length < maxSendBytes ? message : undefined
  }

  #part(streaming: Streaming, answer: NotifyAnswer, authorization: string | undefined): Buffer | Promise<Buffer> {
    const { headers, maxSendBytes } = this.#context.settings
    const { body } = streaming.notification
    const partId = streaming.partId++
    const message = (payload: Buffer) => partOf(streaming.notification, partId, authorization, payload)
    const head = codecs.NOTIFY_STREAM.serializeHead(message(NO_TRACING), { headers }).length
    const { at } = streaming
    const length = Math.min(Math.max(MIN_PAYLOAD_BYTES, maxSendBytes - head), body.size - at)
    streaming.at += length
    answer.last = streaming.at === body.size
    if (answer.last) this.#streaming = undefined
    const payload = body.read(at, length)
    if (Buffer.isBuffer(payload)) return codecs.NOTIFY_STREAM.serialize(message(payload), { headers })
    return payload.then(
      (bytes) => codecs.NOTIFY_STREAM.serialize(message(bytes), { headers }),
      (error: unknown) => this.#unreadable(streaming.notification, error),
    )
  }

  /** Nobody can be told that a body does not go on but by the end of the connection; the others can be sent again. */
  #unreadable({ confirmed }: Notification, cause: unknown): never {
    confirmed.reject(thrownError(cause))
    throw new TransportError('CONNECTION_BROKEN', { problem: 'a body that had begun cannot be read' }, { cause })
  }
}

const claimOf = ({ topic, identifier, body }: Notification): ToBroadcasterClaim => ({
  kind: 'notify',
  tracing: NO_TRACING,
  topic,
  identifier,
  digest: body.digest,
})

const partOf = (notification: Notification, partId: number, authorization: string | undefined, payload: Buffer) => {
  const { topic, identifier, body, compression } = notification
  const common = { type: 'NOTIFY_STREAM', authorization, tracing: NO_TRACING, identifier, payload } as const
  if (partId > 0) return { ...common, partId: BigInt(partId) }
  const start = { topic, compression, compressedLength: BigInt(body.size), sha512: body.digest }
  return { ...common, partId: 0n, start } as const
}
