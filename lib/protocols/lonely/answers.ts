import { BodyReader } from '@/protocols/lonely/bodyReader.js'
import { BodyWriter } from '@/protocols/lonely/bodyWriter.js'
import { malformed, unwritable } from '@/protocols/lonely/malformed.js'
import { readEtag, type StrongEtag, writeEtag } from '@/protocols/lonely/strongEtag.js'

interface Carried {
  /** Absent and empty are one thing on the wire and read as undefined. */
  readonly authorization?: string | undefined
  /** Opaque, 0 to 65_535 bytes, part of what is signed. */
  readonly tracing: Uint8Array
}

interface Counted extends Carried {
  /** How many it reached. 0 to 2^32-1. */
  readonly subscribers: number
  /** Of the request. 0 to 255 bytes. */
  readonly identifier: Uint8Array
}

/** What a broadcaster answers over HTTP, with a status of 2xx. */
export type BroadcasterAnswer =
  | ({ readonly type: 'RESPONSE_GENERIC' } & Carried)
  | ({ readonly type: 'RESPONSE_NOTIFY' } & Counted)
  | ({ readonly type: 'RESPONSE_CHECK_SUBSCRIPTIONS'; readonly etag: StrongEtag } & Carried)

/** What a subscriber answers over HTTP. */
export type SubscriberAnswer =
  | ({ readonly type: 'RESPONSE_CONFIRM_RECEIVE' } & Counted)
  | ({ readonly type: 'RESPONSE_CONFIRM_MISSED' } & Carried)
  /** With any status: the subscription that led to the request is to be dropped. */
  | { readonly type: 'RESPONSE_UNSUBSCRIBE_IMMEDIATE' }

const IDS = {
  RESPONSE_GENERIC: 3,
  RESPONSE_NOTIFY: 4,
  RESPONSE_CHECK_SUBSCRIPTIONS: 5,
  RESPONSE_CONFIRM_RECEIVE: 8,
  RESPONSE_CONFIRM_MISSED: 9,
  RESPONSE_UNSUBSCRIBE_IMMEDIATE: 10,
} as const satisfies Record<(BroadcasterAnswer | SubscriberAnswer)['type'], number>

/** @throws TransportError LONELY_UNWRITABLE @see WIRE.md, "answers" */
export const serializeAnswer = (answer: BroadcasterAnswer | SubscriberAnswer): Buffer => {
  const to = new BodyWriter()
  switch (answer.type) {
    case 'RESPONSE_GENERIC':
    case 'RESPONSE_CONFIRM_MISSED':
      return begin(to, IDS[answer.type], answer).finish()
    case 'RESPONSE_NOTIFY':
      begin(to, IDS[answer.type], answer)
      return to.u32('subscribers', answer.subscribers).short('identifier', answer.identifier).finish()
    case 'RESPONSE_CHECK_SUBSCRIPTIONS':
      begin(to, IDS[answer.type], answer)
      writeEtag(to, answer.etag)
      return to.finish()
    case 'RESPONSE_CONFIRM_RECEIVE':
      begin(to, IDS[answer.type], answer)
      return to.short('identifier', answer.identifier).u32('subscribers', answer.subscribers).finish()
    case 'RESPONSE_UNSUBSCRIBE_IMMEDIATE':
      return to.u16(IDS[answer.type]).finish()
    default:
      throw unwritable('the type is unknown', { type: String(Reflect.get(answer, 'type')) })
  }
}

const begin = (to: BodyWriter, id: number, { authorization, tracing }: Carried): BodyWriter =>
  to.u16(id).text('authorization', authorization).bytes('tracing', tracing)

const carriedIn = (from: BodyReader): Carried => ({
  authorization: from.optionalText('authorization'),
  tracing: from.bytes(),
})

/**
 * Reads an answer as views of its body; what follows it is ignored.
 * @throws TransportError LONELY_MALFORMED, NOT_BYTES
 */
export const parseBroadcasterAnswer = (body: Uint8Array): BroadcasterAnswer => {
  const from = new BodyReader(body)
  const id = from.u16()
  switch (id) {
    case IDS.RESPONSE_GENERIC:
      return { type: 'RESPONSE_GENERIC', ...carriedIn(from) }
    case IDS.RESPONSE_NOTIFY:
      return { type: 'RESPONSE_NOTIFY', ...carriedIn(from), subscribers: from.u32(), identifier: from.short() }
    case IDS.RESPONSE_CHECK_SUBSCRIPTIONS:
      return { type: 'RESPONSE_CHECK_SUBSCRIPTIONS', ...carriedIn(from), etag: readEtag(from) }
    default:
      throw malformed('the type is unknown', { type: id })
  }
}

/**
 * Reads an answer as views of its body; what follows it is ignored.
 * @throws TransportError LONELY_MALFORMED, NOT_BYTES
 */
export const parseSubscriberAnswer = (body: Uint8Array): SubscriberAnswer => {
  const from = new BodyReader(body)
  const id = from.u16()
  switch (id) {
    case IDS.RESPONSE_CONFIRM_RECEIVE:
      return { type: 'RESPONSE_CONFIRM_RECEIVE', ...carriedIn(from), identifier: from.short(), subscribers: from.u32() }
    case IDS.RESPONSE_CONFIRM_MISSED:
      return { type: 'RESPONSE_CONFIRM_MISSED', ...carriedIn(from) }
    case IDS.RESPONSE_UNSUBSCRIBE_IMMEDIATE:
      return { type: 'RESPONSE_UNSUBSCRIBE_IMMEDIATE' }
    default:
      throw malformed('the type is unknown', { type: id })
  }
}
