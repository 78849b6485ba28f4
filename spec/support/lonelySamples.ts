import type { ToBroadcaster, ToSubscriber } from '@/protocols/lonely/index.js'
import { sha512 } from '@/protocols/lonely/sha512.js'

export const NO_BYTES = Buffer.alloc(0)
/** Of the bodies below. */
export const IDENTIFIER = Buffer.from('id')
export const TOPIC = Buffer.from('t')

export const CONFIGURE = {
  type: 'CONFIGURE',
  tracing: NO_BYTES,
  subscriberNonce: Buffer.alloc(32),
  enableZstd: false,
  enableTraining: false,
  initialDict: 0,
} as const satisfies ToBroadcaster

export const CONFIRM_CONFIGURE = {
  type: 'CONFIRM_CONFIGURE',
  tracing: NO_BYTES,
  broadcasterNonce: Buffer.alloc(32),
} as const satisfies ToSubscriber

export const subscribeTo = (topic: string | Uint8Array): ToBroadcaster => ({
  type: 'SUBSCRIBE_EXACT',
  tracing: NO_BYTES,
  topic: Buffer.from(topic),
})

export const unsubscribeFrom = (topic: string): ToBroadcaster => ({
  type: 'UNSUBSCRIBE_EXACT',
  tracing: NO_BYTES,
  topic: Buffer.from(topic),
})

export const subscribeToGlob = (glob: string): ToBroadcaster => ({ type: 'SUBSCRIBE_GLOB', tracing: NO_BYTES, glob })

/** A dictionary as a broadcaster gives it to its sessions. */
export const offeredDictionary = (dictionary: Uint8Array) => ({
  bytes: Buffer.from(dictionary),
  sha512: sha512(dictionary),
})

/** A whole notification. */
export const notifyOf = (
  body: string | Uint8Array,
  topic: string | Uint8Array = TOPIC,
  identifier: Buffer = IDENTIFIER,
) =>
  ({
    type: 'NOTIFY',
    tracing: NO_BYTES,
    identifier,
    topic: Buffer.from(topic),
    sha512: sha512(Buffer.from(body)),
    payload: Buffer.from(body),
  }) as const satisfies ToBroadcaster

/** What the first part says about a body. @param size the one announced, in bytes */
const startOf = (body: string, size = body.length) => ({
  topic: TOPIC,
  compressedLength: BigInt(size),
  sha512: sha512(Buffer.from(body)),
})

/** The first part of a body that is announced as `body`, or with another size. */
export const firstPart = (payload: string, body: string, size?: number, identifier: Buffer = IDENTIFIER) => ({
  tracing: NO_BYTES,
  identifier,
  partId: 0n as const,
  start: startOf(body, size),
  payload: Buffer.from(payload),
})

export const laterPart = (partId: bigint, payload: string, identifier: Buffer = IDENTIFIER) => ({
  tracing: NO_BYTES,
  identifier,
  partId,
  payload: Buffer.from(payload),
})

export const notifyFirst = (payload: string, body: string, size?: number): ToBroadcaster => ({
  type: 'NOTIFY_STREAM',
  ...firstPart(payload, body, size),
})
export const notifyLater = (partId: bigint, payload: string, identifier?: Buffer): ToBroadcaster => ({
  type: 'NOTIFY_STREAM',
  ...laterPart(partId, payload, identifier),
})
export const receiveFirst = (payload: string, body: string, size?: number, identifier?: Buffer): ToSubscriber => ({
  type: 'RECEIVE_STREAM',
  ...firstPart(payload, body, size, identifier),
})
export const receiveLater = (partId: bigint, payload: string, identifier?: Buffer): ToSubscriber => ({
  type: 'RECEIVE_STREAM',
  ...laterPart(partId, payload, identifier),
})

export const confirmReceive = (identifier: Uint8Array): ToBroadcaster => ({
  type: 'CONFIRM_RECEIVE',
  tracing: NO_BYTES,
  identifier,
  numSubscribers: 1,
})

export const continueReceive = (identifier: Uint8Array, partId: bigint): ToBroadcaster => ({
  type: 'CONTINUE_RECEIVE',
  tracing: NO_BYTES,
  identifier,
  partId,
})
