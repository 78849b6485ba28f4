import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { Delivery } from '@/protocols/lonely/broadcaster/delivery.js'
import { codecs } from '@/protocols/lonely/codecs.js'
import type { HeaderForm } from '@/protocols/lonely/header.js'
import type { Compression } from '@/protocols/lonely/messages.js'
import { NO_TRACING } from '@/protocols/lonely/session/noTracing.js'

/** A part, however small the messages may be, carries this much. */
const MIN_PAYLOAD_BYTES = 512
/** More than the headers of a first part take beside its authorization and topic, whatever their form. */
const FIRST_HEAD_BYTES = 512
/** The same, with any authorization of a scheme that bounds the number of parts. */
const ANY_HEAD_BYTES = 1_024

/** How a body is cut. */
export interface Cut {
  readonly maxSendBytes: number
  readonly headers: HeaderForm
  /** Undefined for any number. */
  readonly maxParts: number | undefined
}

/** One body on its way over one connection, cut into messages of at most so many bytes. */
export class Parts {
  readonly delivery: Delivery
  /** As it travels. */
  readonly body: Body
  readonly #compression: Compression | undefined
  readonly #maxSendBytes: number
  readonly #headers: HeaderForm
  #at = 0
  #partId = 0

  /** @param body that of the delivery, or a compressed form of it */
  constructor(delivery: Delivery, body: Body, compression: Compression | undefined, cut: Cut) {
    this.delivery = delivery
    this.body = body
    this.#compression = compression
    this.#maxSendBytes = Math.max(cut.maxSendBytes, leastSendBytes(body.size, delivery.topic.length, cut.maxParts))
    this.#headers = cut.headers
  }

  /** Of the largest message. */
  get maxSendBytes(): number {
    return this.#maxSendBytes
  }

  /** Of the next part. */
  get partId(): number {
    return this.#partId
  }

  /** Every part has been taken. */
  get done(): boolean {
    return this.#partId > 0 && this.#at === this.body.size
  }

  /** Nothing more of it is needed. A compressed form holds nothing that is to be given back. */
  finished(): void {
    this.delivery.body.release()
  }

  /** The next part as a message. */
  next(authorization: string | undefined): Buffer | Promise<Buffer> {
    const at = this.#at
    const length = this.#surelyWhole(authorization) ? this.body.size : this.#measure(authorization)
    this.#at += length
    const payload = this.body.read(at, length)
    if (Buffer.isBuffer(payload)) return this.#message(authorization, payload)
    return payload.then((bytes) => this.#message(authorization, bytes))
  }

  /** It is the first part and the last, without counting its headers. */
  #surelyWhole(authorization: string | undefined): boolean {
    const most = FIRST_HEAD_BYTES + (authorization?.length ?? 0) * 3 + this.delivery.topic.length + this.body.size
    return this.#partId === 0 && most <= this.#maxSendBytes
  }

  /** Bytes of the body that the next part has room for. */
  #measure(authorization: string | undefined): number {
    const empty = this.#part(authorization, NO_TRACING)
    const head = codecs.RECEIVE_STREAM.serializeHead(empty, { headers: this.#headers })
    const room = Math.max(MIN_PAYLOAD_BYTES, this.#maxSendBytes - head.length)
    return Math.min(room, this.body.size - this.#at)
  }

  #message(authorization: string | undefined, payload: Buffer): Buffer {
    const { delivery, body } = this
    const whole = this.#partId === 0 && payload === body.bytes && this.#compression === undefined
    const message = whole
      ? delivery.message(payload, authorization, this.#headers)
      : codecs.RECEIVE_STREAM.serialize(this.#part(authorization, payload), { headers: this.#headers })
    this.#partId++
    return message
  }

  #part(authorization: string | undefined, payload: Buffer) {
    const { identifier, topic } = this.delivery
    const common = { type: 'RECEIVE_STREAM', authorization, tracing: NO_TRACING, identifier, payload } as const
    if (this.#partId > 0) return { ...common, partId: BigInt(this.#partId) }
    const { size, digest } = this.body
    const start = { topic, compression: this.#compression, compressedLength: BigInt(size), sha512: digest }
    return { ...common, partId: 0n, start } as const
  }
}

/** Messages of this size carry a body in so many parts. */
const leastSendBytes = (size: number, topicBytes: number, maxParts: number | undefined): number =>
  maxParts === undefined ? 0 : Math.ceil((size + topicBytes) / maxParts) + ANY_HEAD_BYTES
