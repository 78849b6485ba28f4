import { readFileSync } from 'node:fs'
import type {
  Direction,
  LonelyMessage,
  MessageOf,
  NotifyStream,
  ReceiveStream,
  StreamStart,
} from '@/protocols/lonely/index.js'
import { hex } from './hex.js'

/** Bytes as hex, or made by a rule: byte i is (mul * i + add + floor(i / 256)) & 255. */
export type RecordedBytes = string | { readonly mul: number; readonly add: number; readonly len: number }

/** The fields of a message as the original names them; integers as decimal text. */
export type RecordedMessage = { readonly type: number } & Readonly<
  Record<string, RecordedBytes | boolean | number | null>
>

/** Whole bytes, or what tells whether they are right. */
export type RecordedOutput = string | { readonly length: number; readonly sha256: string }

interface Recorded {
  readonly id: string
  readonly direction: 's2b' | 'b2s'
}

/** The recordings of the original's codec. */
export interface LonelyMessages {
  readonly messages: readonly (Recorded & {
    readonly message: RecordedMessage
    readonly minimal: RecordedOutput
    readonly expanded: RecordedOutput
  })[]
  /** What becomes of the first n bytes, for n from `from` to `to`; without a gist they are a message. */
  readonly truncations: readonly (Recorded & {
    readonly hex: string
    readonly prefixes: readonly { readonly from: number; readonly to: number; readonly gist?: string }[]
  })[]
  /** Bytes with the message in them, or the gist of what is wrong. */
  readonly inputs: readonly (Recorded & {
    readonly hex: string
    readonly gist?: string
    readonly message?: RecordedMessage
  })[]
  /** Odd values, and what the original writes, if it does, and whether that can be read. */
  readonly edges: readonly (Recorded & {
    readonly encoding: 'minimal' | 'expanded'
    readonly message: RecordedMessage
    readonly result: 'error' | 'emitted'
    readonly length?: number
    readonly hex?: string
    readonly sha256?: string
    readonly reparse?: 'ok' | { readonly gist: string }
    readonly reparse_equal?: boolean
  })[]
}

export const lonelyMessages = (): LonelyMessages => {
  const parsed: LonelyMessages = JSON.parse(readFileSync('spec/vectors/lonely-messages.json', 'utf8'))
  return parsed
}

export const directionOf = ({ direction }: Recorded): Direction =>
  direction === 's2b' ? 'toBroadcaster' : 'toSubscriber'

export const recordedBytes = (value: RecordedBytes): Buffer => {
  if (typeof value === 'string') return hex(value)
  const { mul, add, len } = value
  return Buffer.from(Uint8Array.from({ length: len }, (_, i) => (mul * i + add + Math.floor(i / 256)) & 255))
}

/** The message that a recording describes, valid or not. */
export const messageOf = (direction: Direction, recorded: RecordedMessage): LonelyMessage => {
  const fields = new Fields(recorded)
  return direction === 'toBroadcaster' ? toBroadcaster(fields) : toSubscriber(fields)
}

/** Reads fields as what they are. */
class Fields {
  readonly #recorded: RecordedMessage

  constructor(recorded: RecordedMessage) {
    this.#recorded = recorded
  }

  get typeId(): number {
    return this.#recorded.type
  }

  get carried(): { readonly authorization: string | undefined; readonly tracing: Buffer } {
    return {
      authorization: this.has('authorization') ? this.text('authorization') : undefined,
      tracing: this.bytes('tracing'),
    }
  }

  has(name: string): boolean {
    return this.#recorded[name] !== null && this.#recorded[name] !== undefined
  }

  bytes(name: string): Buffer {
    const value = this.#recorded[name]
    if (typeof value !== 'string' && (typeof value !== 'object' || value === null))
      throw new Error(`${name} is no bytes`)
    return recordedBytes(value)
  }

  text(name: string): string {
    const value = this.#recorded[name]
    if (typeof value !== 'string') throw new Error(`${name} is no text`)
    return value
  }

  integer(name: string): bigint {
    return BigInt(this.text(name))
  }

  number(name: string): number {
    return Number(this.text(name))
  }

  flag(name: string): boolean {
    return this.#recorded[name] === true
  }
}

const toBroadcaster = (fields: Fields): LonelyMessage => {
  const { carried } = fields
  switch (fields.typeId) {
    case 1:
      return {
        type: 'CONFIGURE',
        ...carried,
        subscriberNonce: fields.bytes('subscriber_nonce'),
        enableZstd: fields.flag('enable_zstd'),
        enableTraining: fields.flag('enable_training'),
        initialDict: fields.number('initial_dict'),
      }
    case 2:
      return { type: 'SUBSCRIBE_EXACT', ...carried, topic: fields.bytes('topic') }
    case 3:
      return { type: 'SUBSCRIBE_GLOB', ...carried, glob: fields.text('glob') }
    case 4:
      return { type: 'UNSUBSCRIBE_EXACT', ...carried, topic: fields.bytes('topic') }
    case 5:
      return { type: 'UNSUBSCRIBE_GLOB', ...carried, glob: fields.text('glob') }
    case 6:
      return notifyOf(fields)
    case 7:
      return { type: 'NOTIFY_STREAM', ...partOf(fields) }
    case 8:
      return {
        type: 'CONTINUE_RECEIVE',
        ...carried,
        identifier: fields.bytes('identifier'),
        partId: fields.integer('part_id'),
      }
    case 9:
      return {
        type: 'CONFIRM_RECEIVE',
        ...carried,
        identifier: fields.bytes('identifier'),
        numSubscribers: fields.number('num_subscribers'),
      }
    default:
      throw new Error(`no type ${fields.typeId}`)
  }
}

const notifyOf = (fields: Fields): MessageOf<'NOTIFY'> => {
  const compressed = fields.has('compressor_id')
  return {
    type: 'NOTIFY',
    ...fields.carried,
    identifier: fields.bytes('identifier'),
    topic: fields.bytes('topic'),
    compression: compressed
      ? { compressorId: fields.integer('compressor_id'), decompressedLength: fields.integer('decompressed_length') }
      : undefined,
    sha512: fields.bytes(compressed ? 'verified_compressed_sha512' : 'verified_uncompressed_sha512'),
    payload: fields.bytes(compressed ? 'compressed_message' : 'uncompressed_message'),
  }
}

type Part =
  | Omit<Extract<NotifyStream, { partId: 0n }>, 'type'>
  | Omit<Extract<ReceiveStream, { start?: undefined }>, 'type'>

const partOf = (fields: Fields): Part => {
  const common = { ...fields.carried, identifier: fields.bytes('identifier'), payload: fields.bytes('payload') }
  if (fields.has('part_id')) return { ...common, partId: fields.integer('part_id'), start: undefined }
  return { ...common, partId: 0n, start: startOf(fields) }
}

const startOf = (fields: Fields): StreamStart => {
  const topic = fields.bytes('topic')
  if (!fields.has('compressor_id')) {
    const compressedLength = fields.integer('uncompressed_length')
    return { topic, compression: undefined, compressedLength, sha512: fields.bytes('unverified_uncompressed_sha512') }
  }
  return {
    topic,
    compression: {
      compressorId: fields.integer('compressor_id'),
      decompressedLength: fields.integer('decompressed_length'),
    },
    compressedLength: fields.integer('compressed_length'),
    sha512: fields.bytes('unverified_compressed_sha512'),
  }
}

const toSubscriber = (fields: Fields): LonelyMessage => {
  const { carried } = fields
  switch (fields.typeId) {
    case 1:
      return { type: 'CONFIRM_CONFIGURE', ...carried, broadcasterNonce: fields.bytes('broadcaster_nonce') }
    case 2:
      return { type: 'CONFIRM_SUBSCRIBE_EXACT', ...carried, topic: fields.bytes('topic') }
    case 3:
      return { type: 'CONFIRM_SUBSCRIBE_GLOB', ...carried, glob: fields.text('glob') }
    case 4:
      return { type: 'CONFIRM_UNSUBSCRIBE_EXACT', ...carried, topic: fields.bytes('topic') }
    case 5:
      return { type: 'CONFIRM_UNSUBSCRIBE_GLOB', ...carried, glob: fields.text('glob') }
    case 6:
      return {
        type: 'CONFIRM_NOTIFY',
        ...carried,
        identifier: fields.bytes('identifier'),
        subscribers: fields.integer('subscribers'),
      }
    case 7:
      return {
        type: 'CONTINUE_NOTIFY',
        ...carried,
        identifier: fields.bytes('identifier'),
        partId: fields.integer('part_id'),
      }
    case 8:
      return { type: 'RECEIVE_STREAM', ...partOf(fields) }
    case 9:
      return { type: 'ENABLE_ZSTD_PRESET', ...enabledOf(fields) }
    case 10:
      return {
        type: 'ENABLE_ZSTD_CUSTOM',
        ...enabledOf(fields),
        sha512: fields.bytes('sha512'),
        dictionary: fields.bytes('dictionary'),
      }
    case 11:
      return { type: 'DISABLE_ZSTD_CUSTOM', ...carried, identifier: fields.integer('identifier') }
    case 12:
      return { type: 'MISSED', ...carried, topic: fields.bytes('topic') }
    default:
      throw new Error(`no type ${fields.typeId}`)
  }
}

const enabledOf = (fields: Fields) => ({
  ...fields.carried,
  identifier: fields.integer('identifier'),
  compressionLevel: fields.number('compression_level'),
  minSize: fields.number('min_size'),
  maxSize: fields.integer('max_size'),
})
