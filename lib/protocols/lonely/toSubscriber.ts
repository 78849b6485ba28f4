import { readPart, writePart } from '@/protocols/lonely/body.js'
import { HEADERS, MAX_IDENTIFIER_BYTES, NONCE_BYTES, SHA512_BYTES } from '@/protocols/lonely/header.js'
import type { HeaderReader } from '@/protocols/lonely/headerReader.js'
import type { HeaderWriter } from '@/protocols/lonely/headerWriter.js'
import { codecOf } from '@/protocols/lonely/messageCodec.js'
import type {
  ConfirmConfigure,
  ConfirmNotify,
  ConfirmSubscribeExact,
  ConfirmSubscribeGlob,
  ConfirmUnsubscribeExact,
  ConfirmUnsubscribeGlob,
  ContinueNotify,
  DisableZstdCustom,
  EnableZstdCustom,
  EnableZstdPreset,
  Missed,
  ReceiveStream,
} from '@/protocols/lonely/messages.js'
import { isSha512, sha512 } from '@/protocols/lonely/sha512.js'

const direction = 'toSubscriber'

/** For the types that had neither before tracing. */
const carriedIn = (from: HeaderReader) => ({ authorization: from.authorizationSinceTracing(), tracing: from.tracing() })

export const confirmConfigure = codecOf<ConfirmConfigure>({
  type: 'CONFIRM_CONFIGURE',
  direction,
  id: 1,
  write: (to, message) => {
    to.bytes(HEADERS.broadcasterNonce, message.broadcasterNonce, NONCE_BYTES, NONCE_BYTES)
    to.carried(message)
  },
  read: (from) => ({
    type: 'CONFIRM_CONFIGURE',
    broadcasterNonce: from.bytes(HEADERS.broadcasterNonce, NONCE_BYTES, NONCE_BYTES),
    authorization: from.authorization(),
    tracing: from.tracing(),
  }),
})

export const confirmSubscribeExact = codecOf<ConfirmSubscribeExact>({
  type: 'CONFIRM_SUBSCRIBE_EXACT',
  direction,
  id: 2,
  write: (to, message) => {
    to.bytes(HEADERS.topic, message.topic)
    to.carriedSinceTracing(message)
  },
  read: (from) => ({ type: 'CONFIRM_SUBSCRIBE_EXACT', topic: from.bytes(HEADERS.topic), ...carriedIn(from) }),
})

export const confirmSubscribeGlob = codecOf<ConfirmSubscribeGlob>({
  type: 'CONFIRM_SUBSCRIBE_GLOB',
  direction,
  id: 3,
  write: (to, message) => {
    to.text(HEADERS.glob, message.glob)
    to.carriedSinceTracing(message)
  },
  read: (from) => ({ type: 'CONFIRM_SUBSCRIBE_GLOB', glob: from.text(HEADERS.glob), ...carriedIn(from) }),
})

export const confirmUnsubscribeExact = codecOf<ConfirmUnsubscribeExact>({
  type: 'CONFIRM_UNSUBSCRIBE_EXACT',
  direction,
  id: 4,
  write: (to, message) => {
    to.bytes(HEADERS.topic, message.topic)
    to.carriedSinceTracing(message)
  },
  read: (from) => ({ type: 'CONFIRM_UNSUBSCRIBE_EXACT', topic: from.bytes(HEADERS.topic), ...carriedIn(from) }),
})

export const confirmUnsubscribeGlob = codecOf<ConfirmUnsubscribeGlob>({
  type: 'CONFIRM_UNSUBSCRIBE_GLOB',
  direction,
  id: 5,
  write: (to, message) => {
    to.text(HEADERS.glob, message.glob)
    to.carriedSinceTracing(message)
  },
  read: (from) => ({ type: 'CONFIRM_UNSUBSCRIBE_GLOB', glob: from.text(HEADERS.glob), ...carriedIn(from) }),
})

export const confirmNotify = codecOf<ConfirmNotify>({
  type: 'CONFIRM_NOTIFY',
  direction,
  id: 6,
  write: (to, message) => {
    to.bytes(HEADERS.identifier, message.identifier, 0, MAX_IDENTIFIER_BYTES)
    to.integer(HEADERS.subscribers, message.subscribers)
    to.carriedSinceTracing(message)
  },
  read: (from) => ({
    type: 'CONFIRM_NOTIFY',
    identifier: from.bytes(HEADERS.identifier, 0, MAX_IDENTIFIER_BYTES),
    subscribers: from.integer(HEADERS.subscribers),
    ...carriedIn(from),
  }),
})

export const continueNotify = codecOf<ContinueNotify>({
  type: 'CONTINUE_NOTIFY',
  direction,
  id: 7,
  write: (to, message) => {
    to.bytes(HEADERS.identifier, message.identifier, 0, MAX_IDENTIFIER_BYTES)
    to.integer(HEADERS.partId, message.partId)
    to.carriedSinceTracing(message)
  },
  read: (from) => ({
    type: 'CONTINUE_NOTIFY',
    identifier: from.bytes(HEADERS.identifier, 0, MAX_IDENTIFIER_BYTES),
    partId: from.integer(HEADERS.partId),
    ...carriedIn(from),
  }),
})

export const receiveStream = codecOf<ReceiveStream>({
  type: 'RECEIVE_STREAM',
  direction,
  id: 8,
  write: writePart,
  read: (from) => readPart('RECEIVE_STREAM', from),
  payload: (message) => message.payload,
})

const writeEnabled = (to: HeaderWriter, message: EnableZstdPreset | EnableZstdCustom): void => {
  to.integer(HEADERS.identifier, message.identifier)
  to.fixed(HEADERS.compressionLevel, message.compressionLevel, 2, -0x8000, 0x7fff)
  to.small(HEADERS.minSize, message.minSize, 0xffff_ffff)
  to.integer(HEADERS.maxSize, message.maxSize)
  to.carriedSinceTracing(message)
}

const enabledIn = (from: HeaderReader) => ({
  identifier: from.integer(HEADERS.identifier),
  compressionLevel: from.signed(HEADERS.compressionLevel, 2),
  minSize: from.small(HEADERS.minSize, 4),
  maxSize: from.integer(HEADERS.maxSize),
  ...carriedIn(from),
})

export const enableZstdPreset = codecOf<EnableZstdPreset>({
  type: 'ENABLE_ZSTD_PRESET',
  direction,
  id: 9,
  write: writeEnabled,
  read: (from) => ({ type: 'ENABLE_ZSTD_PRESET', ...enabledIn(from) }),
})

export const enableZstdCustom = codecOf<EnableZstdCustom>({
  type: 'ENABLE_ZSTD_CUSTOM',
  direction,
  id: 10,
  write: (to, message) => {
    writeEnabled(to, message)
    if (!to.beforeTracing) to.bytes(HEADERS.sha512, message.sha512, SHA512_BYTES, SHA512_BYTES)
  },
  read: (from) => {
    const enabled = enabledIn(from)
    if (from.beforeTracing) {
      const dictionary = from.payload()
      return { type: 'ENABLE_ZSTD_CUSTOM', ...enabled, sha512: sha512(dictionary), dictionary }
    }
    const digest = from.bytes(HEADERS.sha512, SHA512_BYTES, SHA512_BYTES)
    return { type: 'ENABLE_ZSTD_CUSTOM', ...enabled, sha512: digest, dictionary: from.payload() }
  },
  payload: (message) => message.dictionary,
  digestFails: (message) => !isSha512(message.sha512, message.dictionary),
})

export const disableZstdCustom = codecOf<DisableZstdCustom>({
  type: 'DISABLE_ZSTD_CUSTOM',
  direction,
  id: 11,
  write: (to, message) => {
    to.integer(HEADERS.identifier, message.identifier)
    to.carriedSinceTracing(message)
  },
  read: (from) => ({
    type: 'DISABLE_ZSTD_CUSTOM',
    identifier: from.integer(HEADERS.identifier),
    ...carriedIn(from),
  }),
})

export const missed = codecOf<Missed>({
  type: 'MISSED',
  direction,
  id: 12,
  write: (to, message) => {
    to.carried(message)
    to.bytes(HEADERS.topic, message.topic)
  },
  read: (from) => ({
    type: 'MISSED',
    authorization: from.authorization(),
    tracing: from.tracing(),
    topic: from.bytes(HEADERS.topic),
  }),
})
