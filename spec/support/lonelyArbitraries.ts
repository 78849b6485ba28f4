import * as fc from 'fast-check'
import { type LonelyMessage, sha512 } from '@/protocols/lonely/index.js'

const bytes = (maxLength: number, minLength = 0) =>
  fc.uint8Array({ maxLength, minLength }).map((value) => Buffer.from(value))

/** Whole numbers of up to 64 bits, the small and the large as likely as each other. */
const integer = (least = 0n) =>
  fc.oneof(
    fc.bigInt({ min: least, max: 300n }),
    fc.bigInt({ min: least, max: 2n ** 64n - 1n }),
    fc.integer({ min: 1, max: 64 }).chain((bits) => fc.constantFrom(2n ** BigInt(bits) - 1n, 2n ** BigInt(bits - 1))),
  )
const text = fc.string({ unit: 'binary', maxLength: 40 })
const identifier = bytes(64)
const digest = bytes(64, 64)
const nonce = bytes(32, 32)
const topic = bytes(40)
const carried = {
  authorization: fc.option(fc.string({ unit: 'binary', minLength: 1, maxLength: 150 }), { nil: undefined }),
  tracing: bytes(30),
}

const compression = fc.option(fc.record({ compressorId: integer(1n), decompressedLength: integer() }), {
  nil: undefined,
})
const start = fc.record({ topic, compression, compressedLength: integer(), sha512: digest })
const part = fc.oneof(
  fc.record({ ...carried, identifier, partId: fc.constant<0n>(0n), start, payload: bytes(100) }),
  fc.record({ ...carried, identifier, partId: integer(1n), start: fc.constant(undefined), payload: bytes(100) }),
)
const acknowledged = { ...carried, identifier, partId: integer() }
const enabled = {
  ...carried,
  identifier: integer(),
  compressionLevel: fc.integer({ min: -0x8000, max: 0x7fff }),
  minSize: fc.oneof(fc.nat({ max: 300 }), fc.integer({ min: 0, max: 0xffff_ffff })),
  maxSize: integer(),
}

/** Any message that can be written, with tracing. */
export const anyMessage: fc.Arbitrary<LonelyMessage> = fc.oneof(
  fc.record({
    type: fc.constant('CONFIGURE' as const),
    ...carried,
    subscriberNonce: nonce,
    enableZstd: fc.boolean(),
    enableTraining: fc.boolean(),
    initialDict: fc.nat({ max: 0xffff }),
  }),
  fc.record({
    type: fc.constantFrom(
      'SUBSCRIBE_EXACT',
      'UNSUBSCRIBE_EXACT',
      'CONFIRM_SUBSCRIBE_EXACT',
      'CONFIRM_UNSUBSCRIBE_EXACT',
      'MISSED',
    ),
    ...carried,
    topic,
  }),
  fc.record({
    type: fc.constantFrom('SUBSCRIBE_GLOB', 'UNSUBSCRIBE_GLOB', 'CONFIRM_SUBSCRIBE_GLOB', 'CONFIRM_UNSUBSCRIBE_GLOB'),
    ...carried,
    glob: text,
  }),
  fc
    .record({ type: fc.constant('NOTIFY' as const), ...carried, identifier, topic, compression, payload: bytes(300) })
    .map((message) => ({ ...message, sha512: sha512(message.payload) })),
  part.map((message) => ({ type: 'NOTIFY_STREAM' as const, ...message })),
  part.map((message) => ({ type: 'RECEIVE_STREAM' as const, ...message })),
  fc.record({ type: fc.constantFrom('CONTINUE_RECEIVE', 'CONTINUE_NOTIFY'), ...acknowledged }),
  fc.record({
    type: fc.constant('CONFIRM_RECEIVE' as const),
    ...carried,
    identifier,
    numSubscribers: fc.integer({ min: 0, max: 0xffff_ffff }),
  }),
  fc.record({ type: fc.constant('CONFIRM_CONFIGURE' as const), ...carried, broadcasterNonce: nonce }),
  fc.record({ type: fc.constant('CONFIRM_NOTIFY' as const), ...carried, identifier, subscribers: integer() }),
  fc.record({ type: fc.constant('ENABLE_ZSTD_PRESET' as const), ...enabled }),
  fc.record({ type: fc.constant('ENABLE_ZSTD_CUSTOM' as const), ...enabled, sha512: digest, dictionary: bytes(100) }),
  fc.record({ type: fc.constant('DISABLE_ZSTD_CUSTOM' as const), ...carried, identifier: integer() }),
)
