import { malformed, unwritable } from '@/protocols/lonely/malformed.js'
import {
  type Direction,
  type MessageCodec,
  type ParseOptions,
  type SerializeOptions,
  typeIdOf,
} from '@/protocols/lonely/messageCodec.js'
import type { LonelyMessage, MessageOf, ToBroadcaster, ToSubscriber } from '@/protocols/lonely/messages.js'
import * as toBroadcaster from '@/protocols/lonely/toBroadcaster.js'
import * as toSubscriber from '@/protocols/lonely/toSubscriber.js'

/** One codec for each type, by the name of the type. @see WIRE.md, "catalogue" */
export const codecs: { readonly [Type in LonelyMessage['type']]: MessageCodec<MessageOf<Type>> } = {
  CONFIGURE: toBroadcaster.configure,
  SUBSCRIBE_EXACT: toBroadcaster.subscribeExact,
  SUBSCRIBE_GLOB: toBroadcaster.subscribeGlob,
  UNSUBSCRIBE_EXACT: toBroadcaster.unsubscribeExact,
  UNSUBSCRIBE_GLOB: toBroadcaster.unsubscribeGlob,
  NOTIFY: toBroadcaster.notify,
  NOTIFY_STREAM: toBroadcaster.notifyStream,
  CONTINUE_RECEIVE: toBroadcaster.continueReceive,
  CONFIRM_RECEIVE: toBroadcaster.confirmReceive,
  CONFIRM_CONFIGURE: toSubscriber.confirmConfigure,
  CONFIRM_SUBSCRIBE_EXACT: toSubscriber.confirmSubscribeExact,
  CONFIRM_SUBSCRIBE_GLOB: toSubscriber.confirmSubscribeGlob,
  CONFIRM_UNSUBSCRIBE_EXACT: toSubscriber.confirmUnsubscribeExact,
  CONFIRM_UNSUBSCRIBE_GLOB: toSubscriber.confirmUnsubscribeGlob,
  CONFIRM_NOTIFY: toSubscriber.confirmNotify,
  CONTINUE_NOTIFY: toSubscriber.continueNotify,
  RECEIVE_STREAM: toSubscriber.receiveStream,
  ENABLE_ZSTD_PRESET: toSubscriber.enableZstdPreset,
  ENABLE_ZSTD_CUSTOM: toSubscriber.enableZstdCustom,
  DISABLE_ZSTD_CUSTOM: toSubscriber.disableZstdCustom,
  MISSED: toSubscriber.missed,
}

/** The codec of each id, which stands at the place of that id. */
const byId = <Codec extends { readonly id: number }>(all: readonly Codec[]): readonly (Codec | undefined)[] => {
  const placed: (Codec | undefined)[] = [undefined]
  for (const codec of all) placed[codec.id] = codec
  return placed
}

const TO_BROADCASTER = byId(Object.values(toBroadcaster))
const TO_SUBSCRIBER = byId(Object.values(toSubscriber))

const unknownType = (direction: Direction, id: number): Error =>
  malformed('the type is unknown', { direction, type: id })

/**
 * Reads any message of a subscriber. What is in the result are views of `bytes`, which therefore must not change.
 * Besides the structure it checks the digest of NOTIFY; the digests of other types are for whoever has all the bytes.
 * @throws TransportError LONELY_MALFORMED, NOT_BYTES
 */
export const parseToBroadcaster = (bytes: Uint8Array, options?: ParseOptions): ToBroadcaster => {
  const id = typeIdOf(bytes)
  const codec = TO_BROADCASTER[id]
  if (codec === undefined) throw unknownType('toBroadcaster', id)
  return codec.parse(bytes, options)
}

/**
 * Reads any message of a broadcaster. What is in the result are views of `bytes`, which therefore must not change.
 * @throws TransportError LONELY_MALFORMED, NOT_BYTES
 */
export const parseToSubscriber = (bytes: Uint8Array, options?: ParseOptions): ToSubscriber => {
  const id = typeIdOf(bytes)
  const codec = TO_SUBSCRIBER[id]
  if (codec === undefined) throw unknownType('toSubscriber', id)
  return codec.parse(bytes, options)
}

/**
 * Writes any message of either direction.
 * @throws TransportError LONELY_UNWRITABLE when a value does not fit its header, or could not be read
 */
export const serialize = (message: LonelyMessage, options?: SerializeOptions): Buffer => {
  // One case for each type: of a codec that was looked up, the compiler would not know that it is the message's own.
  switch (message.type) {
    case 'NOTIFY':
      return codecs.NOTIFY.serialize(message, options)
    case 'RECEIVE_STREAM':
      return codecs.RECEIVE_STREAM.serialize(message, options)
    case 'NOTIFY_STREAM':
      return codecs.NOTIFY_STREAM.serialize(message, options)
    case 'CONFIRM_RECEIVE':
      return codecs.CONFIRM_RECEIVE.serialize(message, options)
    case 'CONFIRM_NOTIFY':
      return codecs.CONFIRM_NOTIFY.serialize(message, options)
    case 'CONTINUE_RECEIVE':
      return codecs.CONTINUE_RECEIVE.serialize(message, options)
    case 'CONTINUE_NOTIFY':
      return codecs.CONTINUE_NOTIFY.serialize(message, options)
    case 'CONFIGURE':
      return codecs.CONFIGURE.serialize(message, options)
    case 'SUBSCRIBE_EXACT':
      return codecs.SUBSCRIBE_EXACT.serialize(message, options)
    case 'SUBSCRIBE_GLOB':
      return codecs.SUBSCRIBE_GLOB.serialize(message, options)
    case 'UNSUBSCRIBE_EXACT':
      return codecs.UNSUBSCRIBE_EXACT.serialize(message, options)
    case 'UNSUBSCRIBE_GLOB':
      return codecs.UNSUBSCRIBE_GLOB.serialize(message, options)
    case 'CONFIRM_CONFIGURE':
      return codecs.CONFIRM_CONFIGURE.serialize(message, options)
    case 'CONFIRM_SUBSCRIBE_EXACT':
      return codecs.CONFIRM_SUBSCRIBE_EXACT.serialize(message, options)
    case 'CONFIRM_SUBSCRIBE_GLOB':
      return codecs.CONFIRM_SUBSCRIBE_GLOB.serialize(message, options)
    case 'CONFIRM_UNSUBSCRIBE_EXACT':
      return codecs.CONFIRM_UNSUBSCRIBE_EXACT.serialize(message, options)
    case 'CONFIRM_UNSUBSCRIBE_GLOB':
      return codecs.CONFIRM_UNSUBSCRIBE_GLOB.serialize(message, options)
    case 'ENABLE_ZSTD_PRESET':
      return codecs.ENABLE_ZSTD_PRESET.serialize(message, options)
    case 'ENABLE_ZSTD_CUSTOM':
      return codecs.ENABLE_ZSTD_CUSTOM.serialize(message, options)
    case 'DISABLE_ZSTD_CUSTOM':
      return codecs.DISABLE_ZSTD_CUSTOM.serialize(message, options)
    case 'MISSED':
      return codecs.MISSED.serialize(message, options)
    default:
      throw unwritable('the type is unknown', { type: String(Reflect.get(message, 'type')) })
  }
}
