import { asBuffer } from '@/bytes/asBuffer.js'
import { TransportError } from '@/errors.js'
import { type HeaderForm, PREAMBLE_BYTES } from '@/protocols/lonely/header.js'
import { HeaderReader } from '@/protocols/lonely/headerReader.js'
import { HeaderWriter } from '@/protocols/lonely/headerWriter.js'
import { malformed, unwritable } from '@/protocols/lonely/malformed.js'
import type { LonelyMessage } from '@/protocols/lonely/messages.js'

/** Who says it. The two directions have ids of their own. */
export type Direction = 'toBroadcaster' | 'toSubscriber'

/** What is known beforehand about the bytes. */
export interface ParseOptions {
  /** The message has the headers of the releases before there was tracing; nothing in it says so. @default false */
  readonly beforeTracing?: boolean
}

/** How a message is written, and what is checked beforehand. */
export interface SerializeOptions {
  /** @default 'minimal' */
  readonly headers?: HeaderForm
  /**
   * Also refuse a digest that is not that of the bytes it belongs to. It costs as much again as making the digest, so
   * whoever has just made it leaves this off. @default false
   */
  readonly verifyDigest?: boolean
}

/** Reads and writes messages of one type. */
export interface MessageCodec<Message extends LonelyMessage> {
  readonly type: Message['type']
  readonly direction: Direction
  /** As it stands on the wire. */
  readonly id: number
  /**
   * What is in the result are views of `bytes`, which therefore must not change.
   * @throws TransportError LONELY_MALFORMED, also when it is a message of another type; NOT_BYTES
   */
  parse(bytes: Uint8Array, options?: ParseOptions): Message
  /** @throws TransportError LONELY_UNWRITABLE when a value does not fit its header, or could not be read */
  serialize(message: Message, options?: SerializeOptions): Buffer
  /**
   * Everything before the payload, for whoever sends the payload from where it is.
   * @throws TransportError LONELY_UNWRITABLE
   */
  serializeHead(message: Message, options?: SerializeOptions): Buffer
}

/** What tells one type of message from the others. */
export interface Definition<Message extends LonelyMessage> {
  readonly type: Message['type']
  readonly direction: Direction
  readonly id: number
  /** Tells the writer all headers in the order of the catalogue. */
  write(to: HeaderWriter, message: Message): void
  /** Asks the reader for all headers in the order of the catalogue. */
  read(from: HeaderReader): Message
  /** What stands behind the headers, for the types that have something there. */
  payload?(message: Message): Uint8Array
  /** The digest in the headers is wrong. */
  digestFails?(message: Message): boolean
}

const NOTHING = Buffer.alloc(0)
/** Most heads of messages are smaller, apart from the authorization. */
const HEAD_ROOM = { minimal: 160, expanded: 384 }

/** @see WIRE.md, "one message" */
export const codecOf = <Message extends LonelyMessage>(definition: Definition<Message>): MessageCodec<Message> => {
  const { type, direction, id } = definition

  const begin = (message: Message, { headers = 'minimal', verifyDigest = false }: SerializeOptions, room: number) => {
    if (verifyDigest && definition.digestFails?.(message) === true)
      throw unwritable('the digest is not that of the bytes', { type })
    const signed = typeof message.authorization === 'string' ? message.authorization.length : 0
    const writer = new HeaderWriter(id, headers, message.tracing === undefined, HEAD_ROOM[headers] + signed + room)
    definition.write(writer, message)
    return writer
  }

  const payloadOf = (message: Message): Uint8Array => {
    const payload = definition.payload === undefined ? NOTHING : definition.payload(message)
    if (!(payload instanceof Uint8Array)) throw unwritable('the payload is not a Uint8Array', { type })
    return payload
  }

  return {
    type,
    direction,
    id,
    parse: (bytes, options) => {
      const found = typeIdOf(bytes)
      if (found !== id) throw malformed('it is a message of another type', { expected: id, found })
      return definition.read(new HeaderReader(asBuffer(bytes), options?.beforeTracing ?? false))
    },
    serialize: (message, options = {}) => {
      const payload = payloadOf(message)
      return begin(message, options, payload.length).finish(payload)
    },
    serializeHead: (message, options = {}) => {
      payloadOf(message)
      return begin(message, options, 0).finish(NOTHING)
    },
  }
}

/**
 * The id of the type, which means different things in the two directions.
 * @throws TransportError LONELY_MALFORMED, NOT_BYTES
 */
export const typeIdOf = (bytes: Uint8Array): number => {
  if (!(bytes instanceof Uint8Array)) throw new TransportError('NOT_BYTES', { given: typeof bytes })
  if (bytes.length < PREAMBLE_BYTES) throw malformed('the message ends too early', { size: bytes.length })
  return ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)
}
