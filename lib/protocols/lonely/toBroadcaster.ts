import { readPart, twoLengths, writeLengths, writePart } from '@/protocols/lonely/body.js'
import { HEADERS, MAX_IDENTIFIER_BYTES, NONCE_BYTES, SHA512_BYTES } from '@/protocols/lonely/header.js'
import type { HeaderReader } from '@/protocols/lonely/headerReader.js'
import { malformed } from '@/protocols/lonely/malformed.js'
import { codecOf } from '@/protocols/lonely/messageCodec.js'
import type {
  ConfirmReceive,
  Configure,
  ContinueReceive,
  Notify,
  NotifyStream,
  SubscribeExact,
  SubscribeGlob,
  UnsubscribeExact,
  UnsubscribeGlob,
} from '@/protocols/lonely/messages.js'
import { isSha512 } from '@/protocols/lonely/sha512.js'

const direction = 'toBroadcaster'
/** What an original takes a missing x-initial-dict for: the character `0`. */
const MISSING_INITIAL_DICT = 48

export const configure = codecOf<Configure>({
  type: 'CONFIGURE',
  direction,
  id: 1,
  write: (to, message) => {
    to.bytes(HEADERS.subscriberNonce, message.subscriberNonce, NONCE_BYTES, NONCE_BYTES)
    to.flag(HEADERS.enableZstd, message.enableZstd)
    to.flag(HEADERS.enableTraining, message.enableTraining)
    to.fixed(HEADERS.initialDict, message.initialDict, 2, 0, 0xffff)
    if (to.beforeTracing) to.authorization(message.authorization, HEADERS.authorizationBeforeTracing)
    else to.carried(message)
  },
  read: (from) => ({
    type: 'CONFIGURE',
    subscriberNonce: from.bytes(HEADERS.subscriberNonce, NONCE_BYTES, NONCE_BYTES),
    enableZstd: from.flag(HEADERS.enableZstd),
    enableTraining: from.flag(HEADERS.enableTraining),
    initialDict: from.smallOr(HEADERS.initialDict, 2, MISSING_INITIAL_DICT),
    authorization: from.authorization(from.beforeTracing ? HEADERS.authorizationBeforeTracing : HEADERS.authorization),
    tracing: from.tracing(),
  }),
})

const carriedIn = (from: HeaderReader) => ({ authorization: from.authorization(), tracing: from.tracing() })

export const subscribeExact = codecOf<SubscribeExact>({
  type: 'SUBSCRIBE_EXACT',
  direction,
  id: 2,
  write: (to, message) => {
    to.carried(message)
    to.bytes(HEADERS.topic, message.topic)
  },
  read: (from) => ({ type: 'SUBSCRIBE_EXACT', ...carriedIn(from), topic: from.bytes(HEADERS.topic) }),
})

export const subscribeGlob = codecOf<SubscribeGlob>({
  type: 'SUBSCRIBE_GLOB',
  direction,
  id: 3,
  write: (to, message) => {
    to.carried(message)
    to.text(HEADERS.glob, message.glob)
  },
  read: (from) => ({ type: 'SUBSCRIBE_GLOB', ...carriedIn(from), glob: from.text(HEADERS.glob) }),
})

export const unsubscribeExact = codecOf<UnsubscribeExact>({
  type: 'UNSUBSCRIBE_EXACT',
  direction,
  id: 4,
  write: (to, message) => {
    to.carried(message)
    to.bytes(HEADERS.topic, message.topic)
  },
  read: (from) => ({ type: 'UNSUBSCRIBE_EXACT', ...carriedIn(from), topic: from.bytes(HEADERS.topic) }),
})

export const unsubscribeGlob = codecOf<UnsubscribeGlob>({
  type: 'UNSUBSCRIBE_GLOB',
  direction,
  id: 5,
  write: (to, message) => {
    to.carried(message)
    to.text(HEADERS.glob, message.glob)
  },
  read: (from) => ({ type: 'UNSUBSCRIBE_GLOB', ...carriedIn(from), glob: from.text(HEADERS.glob) }),
})

export const notify = codecOf<Notify>({
  type: 'NOTIFY',
  direction,
  id: 6,
  write: (to, message) => {
    to.carried(message)
    to.bytes(HEADERS.identifier, message.identifier, 0, MAX_IDENTIFIER_BYTES)
    to.bytes(HEADERS.topic, message.topic)
    writeLengths(to, message.payload.length, message.compression)
    to.bytes(HEADERS.compressedSha512, message.sha512, SHA512_BYTES, SHA512_BYTES)
  },
  read: (from) => {
    const authorization = from.authorization()
    const tracing = from.tracing()
    const identifier = from.bytes(HEADERS.identifier, 0, MAX_IDENTIFIER_BYTES)
    const topic = from.bytes(HEADERS.topic)
    const compressorId = from.integer(HEADERS.compressor)
    const compressedLength = from.size(HEADERS.compressedLength)
    const compression =
      compressorId === 0n ? undefined : { compressorId, decompressedLength: from.integer(HEADERS.decompressedLength) }
    const plainLength = compression === undefined ? from.size(HEADERS.decompressedLength) : undefined
    const digest = from.bytes(HEADERS.compressedSha512, SHA512_BYTES, SHA512_BYTES)
    const payload = from.payload()
    if (compressedLength !== payload.length)
      throw malformed('the payload has another length', { header: HEADERS.compressedLength.name, size: payload.length })
    if (!isSha512(digest, payload))
      throw malformed('the payload has another digest', { header: HEADERS.compressedSha512.name })
    if (plainLength !== undefined && plainLength !== compressedLength) throw twoLengths()
    return { type: 'NOTIFY', authorization, tracing, identifier, topic, compression, sha512: digest, payload }
  },
  payload: (message) => message.payload,
  digestFails: ({ sha512, payload }) => !isSha512(sha512, payload),
})

export const notifyStream = codecOf<NotifyStream>({
  type: 'NOTIFY_STREAM',
  direction,
  id: 7,
  write: writePart,
  read: (from) => readPart('NOTIFY_STREAM', from),
  payload: (message) => message.payload,
})

export const continueReceive = codecOf<ContinueReceive>({
  type: 'CONTINUE_RECEIVE',
  direction,
  id: 8,
  write: (to, message) => {
    to.bytes(HEADERS.identifier, message.identifier, 0, MAX_IDENTIFIER_BYTES)
    to.integer(HEADERS.partId, message.partId)
    to.carriedSinceTracing(message)
  },
  read: (from) => ({
    type: 'CONTINUE_RECEIVE',
    identifier: from.bytes(HEADERS.identifier, 0, MAX_IDENTIFIER_BYTES),
    partId: from.integer(HEADERS.partId),
    authorization: from.authorizationSinceTracing(),
    tracing: from.tracing(),
  }),
})

export const confirmReceive = codecOf<ConfirmReceive>({
  type: 'CONFIRM_RECEIVE',
  direction,
  id: 9,
  write: (to, message) => {
    to.bytes(HEADERS.identifier, message.identifier, 0, MAX_IDENTIFIER_BYTES)
    to.carriedSinceTracing(message)
    // before tracing there was no count, and it meant one
    if (to.beforeTracing) to.only(HEADERS.numSubscribers, message.numSubscribers, 1)
    else to.fixed(HEADERS.numSubscribers, message.numSubscribers, 4, 0, 0xffff_ffff)
  },
  read: (from) => ({
    type: 'CONFIRM_RECEIVE',
    identifier: from.bytes(HEADERS.identifier, 0, MAX_IDENTIFIER_BYTES),
    authorization: from.authorizationSinceTracing(),
    tracing: from.tracing(),
    numSubscribers: from.beforeTracing ? 1 : from.small(HEADERS.numSubscribers, 4),
  }),
})
