import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { Form } from '@/protocols/lonely/bodies/form.js'
import { serialize } from '@/protocols/lonely/codecs.js'
import type { HeaderForm } from '@/protocols/lonely/header.js'
import type { Compressor } from '@/protocols/lonely/compressors.js'
import { NO_TRACING } from '@/protocols/lonely/session/noTracing.js'

const IDENTIFIER_BYTES = 4
/** The ids of dictionaries that are sent begin here. */
export const FIRST_DICTIONARY = 65_536n

/** One notification on its way to the connections of one broadcaster. */
export class Delivery {
  readonly topic: Buffer
  readonly body: Body
  /** Of the bodies' streams: the same on every connection. */
  readonly identifier: Buffer
  /** The message of a body that needs one part only, as it was last written. */
  #written: { readonly authorization: string | undefined; readonly message: Buffer } | undefined

  #forms: Map<bigint, Form> | undefined

  /** @param random four random bytes @param body retained once for each connection that takes the delivery */
  constructor(topic: Buffer, body: Body, random: (bytes: number) => Buffer) {
    this.topic = topic
    this.body = body
    this.identifier = random(IDENTIFIER_BYTES)
  }

  /**
   * A compressed form of the body. Connections with the same compressor share one, those with a dictionary of their own
   * do not.
   */
  form(compressor: Compressor, compress: () => Form): Form {
    const { identifier } = compressor
    if (identifier >= FIRST_DICTIONARY) return compress()
    this.#forms ??= new Map()
    const form = this.#forms.get(identifier) ?? compress()
    this.#forms.set(identifier, form)
    return form
  }

  /** The body in a single message. Schemes that say the same on every connection share one. */
  message(bytes: Buffer, authorization: string | undefined, headers: HeaderForm): Buffer {
    if (this.#written !== undefined && this.#written.authorization === authorization) return this.#written.message
    const { topic, identifier, body } = this
    const start = { topic, compressedLength: BigInt(bytes.length), sha512: body.digest }
    const message = serialize(
      { type: 'RECEIVE_STREAM', authorization, tracing: NO_TRACING, identifier, partId: 0n, start, payload: bytes },
      { headers },
    )
    this.#written = { authorization, message }
    return message
  }
}
