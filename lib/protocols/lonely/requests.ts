import { asBuffer } from '@/bytes/asBuffer.js'
import { BodyReader } from '@/protocols/lonely/bodyReader.js'
import { BodyWriter } from '@/protocols/lonely/bodyWriter.js'
import { SHA512_BYTES } from '@/protocols/lonely/header.js'
import { malformed, unwritable } from '@/protocols/lonely/malformed.js'
import { isSha512 } from '@/protocols/lonely/sha512.js'
import {
  comesAfter,
  type ExactSubscription,
  type GlobSubscription,
  readEtag,
  type StrongEtag,
  strongEtag,
  writeEtag,
} from '@/protocols/lonely/strongEtag.js'

interface Traced {
  /** Opaque, 0 to 65_535 bytes, part of what is signed. */
  readonly tracing: Uint8Array
}

/** Where the broadcaster is to POST; opaque here. 0 to 65_535 bytes of UTF-8. */
interface Addressed extends Traced {
  readonly url: string
}

/** The body of a POST by its type; the authorization is a header of HTTP. */
export interface StatelessRequests {
  NOTIFY: Traced & {
    readonly topic: Uint8Array
    /** Over `message`, 64 bytes; verified when it was read. */
    readonly sha512: Uint8Array
    /** 0 to 255 bytes; comes back in the answer. */
    readonly identifier: Uint8Array
    readonly message: Uint8Array
  }
  SUBSCRIBE_EXACT: Addressed & ExactSubscription
  SUBSCRIBE_GLOB: Addressed & GlobSubscription
  UNSUBSCRIBE_EXACT: Addressed & { readonly topic: Uint8Array }
  UNSUBSCRIBE_GLOB: Addressed & { readonly glob: string }
  CHECK_SUBSCRIPTIONS: Addressed
  SET_SUBSCRIPTIONS: Addressed & {
    /** Over the url and both lists; verified when it was read. */
    readonly etag: StrongEtag
    /** Strictly ascending by their bytes. */
    readonly topics: readonly ExactSubscription[]
    /** Strictly ascending by the bytes of their UTF-8. */
    readonly globs: readonly GlobSubscription[]
  }
  /** To a subscriber; the digest of the message is in the header `repr-digest`. */
  RECEIVE: Traced & {
    readonly topic: Uint8Array
    /** 0 to 255 bytes, the broadcaster's own. */
    readonly identifier: Uint8Array
    readonly message: Uint8Array
  }
  /** To the recovery url of a subscription. */
  MISSED: Traced & { readonly topic: Uint8Array }
}

/** The kinds of requests, of either direction. */
export type StatelessType = keyof StatelessRequests

/** A request of either direction; `type` tells which it is, on the wire its path does. */
export type StatelessRequest = {
  [Type in StatelessType]: { readonly type: Type } & StatelessRequests[Type]
}[StatelessType]

/** Where a broadcaster takes the requests. @see WIRE.md, "requests" */
export const REQUEST_PATHS = {
  NOTIFY: '/v1/notify',
  SUBSCRIBE_EXACT: '/v1/subscribe/exact',
  SUBSCRIBE_GLOB: '/v1/subscribe/glob',
  UNSUBSCRIBE_EXACT: '/v1/unsubscribe/exact',
  UNSUBSCRIBE_GLOB: '/v1/unsubscribe/glob',
  CHECK_SUBSCRIPTIONS: '/v1/check_subscriptions',
  SET_SUBSCRIPTIONS: '/v1/set_subscriptions',
} as const satisfies Partial<Record<StatelessType, string>>

/** @throws TransportError LONELY_UNWRITABLE */
export const serializeRequest = (request: StatelessRequest): Buffer => {
  const to = new BodyWriter()
  switch (request.type) {
    case 'NOTIFY':
      to.bytes('topic', request.topic).exactly('sha512', request.sha512, SHA512_BYTES).bytes('tracing', request.tracing)
      return to.short('identifier', request.identifier).long('message', request.message).finish()
    case 'SUBSCRIBE_EXACT':
      to.text('url', request.url).bytes('topic', request.topic).text('recovery', request.recovery)
      return to.bytes('tracing', request.tracing).finish()
    case 'SUBSCRIBE_GLOB':
      to.text('url', request.url).text('glob', request.glob).text('recovery', request.recovery)
      return to.bytes('tracing', request.tracing).finish()
    case 'UNSUBSCRIBE_EXACT':
      return to.text('url', request.url).bytes('topic', request.topic).bytes('tracing', request.tracing).finish()
    case 'UNSUBSCRIBE_GLOB':
      return to.text('url', request.url).text('glob', request.glob).bytes('tracing', request.tracing).finish()
    case 'CHECK_SUBSCRIPTIONS':
      return to.bytes('tracing', request.tracing).text('url', request.url).finish()
    case 'SET_SUBSCRIPTIONS':
      to.bytes('tracing', request.tracing).text('url', request.url)
      writeEtag(to, request.etag)
      to.u32('topics', request.topics.length)
      for (const { topic, recovery } of request.topics) to.bytes('topic', topic).text('recovery', recovery)
      to.u32('globs', request.globs.length)
      for (const { glob, recovery } of request.globs) to.text('glob', glob).text('recovery', recovery)
      return to.finish()
    case 'RECEIVE':
      to.bytes('tracing', request.tracing).bytes('topic', request.topic)
      return to.short('identifier', request.identifier).long('message', request.message).finish()
    case 'MISSED':
      return to.bytes('tracing', request.tracing).bytes('topic', request.topic).finish()
    default:
      throw unwritable('the type is unknown', { type: String(Reflect.get(request, 'type')) })
  }
}

const READERS: { readonly [Type in StatelessType]: (from: BodyReader) => StatelessRequests[Type] } = {
  NOTIFY: (from) => {
    const topic = from.bytes()
    const sha512 = from.exactly(SHA512_BYTES)
    const tracing = from.bytes()
    const identifier = from.short()
    const message = from.long()
    from.end()
    if (!isSha512(sha512, message)) throw malformed('the message has another digest', { field: 'sha512' })
    return { topic, sha512, tracing, identifier, message }
  },
  SUBSCRIBE_EXACT: (from) => ({
    url: from.text('url'),
    topic: from.bytes(),
    recovery: from.optionalText('recovery'),
    tracing: from.bytes(),
  }),
  SUBSCRIBE_GLOB: (from) => ({
    url: from.text('url'),
    glob: from.text('glob'),
    recovery: from.optionalText('recovery'),
    tracing: from.bytes(),
  }),
  UNSUBSCRIBE_EXACT: (from) => ({ url: from.text('url'), topic: from.bytes(), tracing: from.bytes() }),
  UNSUBSCRIBE_GLOB: (from) => ({ url: from.text('url'), glob: from.text('glob'), tracing: from.bytes() }),
  CHECK_SUBSCRIPTIONS: (from) => ({ tracing: from.bytes(), url: from.text('url') }),
  SET_SUBSCRIPTIONS: (from) => {
    const tracing = from.bytes()
    const url = from.text('url')
    const etag = readEtag(from)
    const topics = readAscending(
      from,
      ({ topic }) => topic,
      () => ({ topic: from.bytes(), recovery: from.optionalText('recovery') }),
    )
    const globs = readAscending(
      from,
      ({ glob }) => Buffer.from(glob),
      () => ({ glob: from.text('glob'), recovery: from.optionalText('recovery') }),
    )
    const expected = strongEtag(url, topics, globs, { trustOrder: true })
    if (!asBuffer(expected.sha512).equals(etag.sha512)) throw malformed('the etag is not that of the lists')
    return { tracing, url, etag, topics, globs }
  },
  RECEIVE: (from) => {
    const request = { tracing: from.bytes(), topic: from.bytes(), identifier: from.short(), message: from.long() }
    from.end()
    return request
  },
  MISSED: (from) => ({ tracing: from.bytes(), topic: from.bytes() }),
}

/**
 * Reads the body of a request whose path told its type, as views of it. Besides the structure it checks what the body
 * says about itself: the digest of NOTIFY, order and etag of SET_SUBSCRIPTIONS.
 * @throws TransportError LONELY_MALFORMED, NOT_BYTES
 */
export const parseRequest = <Type extends StatelessType>(
  type: Type,
  body: Uint8Array,
): { readonly type: Type } & StatelessRequests[Type] => ({ type, ...READERS[type](new BodyReader(body)) })

/** As many as a number says; each takes bytes, so there are no more than the body has room for. */
const readAscending = <Item>(from: BodyReader, keyOf: (item: Item) => Uint8Array, read: () => Item): Item[] => {
  const items: Item[] = []
  let last: Uint8Array | undefined
  for (let left = from.u32(); left > 0; left--) {
    const item = read()
    const key = keyOf(item)
    if (!comesAfter(key, last))
      throw malformed('subscriptions are not in strictly ascending order', { at: items.length })
    last = key
    items.push(item)
  }
  return items
}
