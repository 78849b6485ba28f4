import { type Field, field } from '@/lab/wire/field.js'

/** One message of the catalogue. */
export interface LonelyMessage {
  readonly name: string
  /** In the order in which minimal headers stand. */
  readonly headers: readonly Field[]
  /** Further headers behind those, in part 0 of a body only. */
  readonly inFirstPart?: readonly Field[]
  /** What stands behind the headers. */
  readonly payload?: string
}

const flags = field('flags', 'flags', 'unsigned', 'bit 0: the headers are minimal')
const type = field('type', 'type', 'unsigned', 'see the catalogue; each direction counts for itself')
const message = field('message', 'message', 'text', 'the name of the type')
const authorization = field('authorization', 'authorization', 'text', 'what the authorization scheme wrote')
const tracing = field('tracing', 'x-tracing', 'bytes', 'opaque, part of what is signed')
const identifier = field('identifier', 'x-identifier', 'bytes', 'of a body and its answers')
const topic = field('topic', 'x-topic', 'text', 'a topic; any bytes, most often text')
const glob = field('glob', 'x-glob', 'text', 'a pattern of topics')
const partId = field('part_id', 'x-part-id', 'unsigned', 'of one part of a body, from 0')
const compressor = field('compressor', 'x-compressor', 'unsigned', 'how the body is compressed; 0 is not at all')
const length = field('compressed_length', 'x-compressed-length', 'unsigned', 'of the body as it travels')
const plainLength = field('decompressed_length', 'x-decompressed-length', 'unsigned', 'of the body itself')
const digest = field('compressed_sha512', 'x-compressed-sha512', 'bytes', 'of the body as it travels')
const subscriberNonce = field('subscriber_nonce', 'x-subscriber-nonce', 'bytes', '32 random bytes')
const broadcasterNonce = field('broadcaster_nonce', 'x-broadcaster-nonce', 'bytes', '32 random bytes')
const enableZstd = field('enable_zstd', 'x-enable-zstd', 'flag', 'the subscriber reads compressed bodies')
const enableTraining = field('enable_training', 'x-enable-training', 'flag', 'it takes dictionaries')
const initialDict = field('initial_dict', 'x-initial-dict', 'unsigned', 'a preset that it has; 0 is none')
const subscribers = field('subscribers', 'x-subscribers', 'unsigned', 'how many a body was queued for')
const reached = field('num_subscribers', 'x-num-subscribers', 'unsigned', 'how many a body reached')
const compressorId = field('compressor_id', 'x-identifier', 'unsigned', 'of a compressor')
const level = field('compression_level', 'x-compression-level', 'signed', 'for who compresses')
const minSize = field('min_size', 'x-min-size', 'unsigned', 'smallest body that is compressed so')
const maxSize = field('max_size', 'x-max-size', 'unsigned', 'bodies from here on are not')
const sha512 = field('sha512', 'x-sha512', 'bytes', 'of the dictionary')

const carried = [authorization, tracing] as const
const announced = [topic, compressor, length, plainLength, digest] as const
const enabled = [compressorId, level, minSize, maxSize, ...carried] as const
const part = { headers: [...carried, identifier, partId], inFirstPart: announced, payload: 'part' } as const

/** @see protocols/lonely/WIRE.md, "catalogue" */
export const LONELY_WIRE = {
  flags,
  type,
  message,
  headers: [
    ...[authorization, tracing, identifier, topic, glob, partId, compressor, length, plainLength, digest],
    ...[subscriberNonce, broadcasterNonce, enableZstd, enableTraining, initialDict, subscribers, reached],
    ...[compressorId, level, minSize, maxSize, sha512],
  ],
  payload: field('payload', 'payload', 'bytes', 'a body, a part of one, or a dictionary'),
  /** By type: what a subscriber says to a broadcaster. A subscriber connects, so it is the opener. */
  opener: {
    1: { name: 'CONFIGURE', headers: [subscriberNonce, enableZstd, enableTraining, initialDict, ...carried] },
    2: { name: 'SUBSCRIBE_EXACT', headers: [...carried, topic] },
    3: { name: 'SUBSCRIBE_GLOB', headers: [...carried, glob] },
    4: { name: 'UNSUBSCRIBE_EXACT', headers: [...carried, topic] },
    5: { name: 'UNSUBSCRIBE_GLOB', headers: [...carried, glob] },
    6: { name: 'NOTIFY', headers: [...carried, identifier, ...announced], payload: 'body' },
    7: { name: 'NOTIFY_STREAM', ...part },
    8: { name: 'CONTINUE_RECEIVE', headers: [identifier, partId, ...carried] },
    9: { name: 'CONFIRM_RECEIVE', headers: [identifier, ...carried, reached] },
  },
  /** By type: what a broadcaster says to a subscriber. */
  acceptor: {
    1: { name: 'CONFIRM_CONFIGURE', headers: [broadcasterNonce, ...carried] },
    2: { name: 'CONFIRM_SUBSCRIBE_EXACT', headers: [topic, ...carried] },
    3: { name: 'CONFIRM_SUBSCRIBE_GLOB', headers: [glob, ...carried] },
    4: { name: 'CONFIRM_UNSUBSCRIBE_EXACT', headers: [topic, ...carried] },
    5: { name: 'CONFIRM_UNSUBSCRIBE_GLOB', headers: [glob, ...carried] },
    6: { name: 'CONFIRM_NOTIFY', headers: [identifier, subscribers, ...carried] },
    7: { name: 'CONTINUE_NOTIFY', headers: [identifier, partId, ...carried] },
    8: { name: 'RECEIVE_STREAM', ...part },
    9: { name: 'ENABLE_ZSTD_PRESET', headers: enabled },
    10: { name: 'ENABLE_ZSTD_CUSTOM', headers: [...enabled, sha512], payload: 'dictionary' },
    11: { name: 'DISABLE_ZSTD_CUSTOM', headers: [compressorId, ...carried] },
    12: { name: 'MISSED', headers: [...carried, topic] },
  },
} as const satisfies {
  readonly opener: Readonly<Record<number, LonelyMessage>>
  readonly acceptor: Readonly<Record<number, LonelyMessage>>
  readonly [name: string]: unknown
}
