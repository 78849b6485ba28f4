import { type Header, HEADERS, MAX_IDENTIFIER_BYTES, SHA512_BYTES } from '@/protocols/lonely/header.js'
import type { HeaderReader } from '@/protocols/lonely/headerReader.js'
import type { HeaderWriter } from '@/protocols/lonely/headerWriter.js'
import { malformed, unwritable } from '@/protocols/lonely/malformed.js'
import type { Compression, NotifyStream, ReceiveStream, StreamStart } from '@/protocols/lonely/messages.js'

/** The part of NOTIFY_STREAM and RECEIVE_STREAM that is the same. */
type PartOf<Message> = Message extends unknown ? Omit<Message, 'type'> : never
/** One part of a streamed body, whichever way it goes. */
export type StreamPart = PartOf<NotifyStream | ReceiveStream>

/** The announced lengths of a body and how it is compressed. */
interface Lengths {
  readonly compressedLength: bigint
  readonly compression: Compression | undefined
}

/** @see WIRE.md, "how a body is announced" */
export const writeLengths = (
  to: HeaderWriter,
  compressedLength: bigint | number,
  compression: Compression | undefined,
): void => {
  if (!compression) to.zero(HEADERS.compressor)
  else to.integer(HEADERS.compressor, compression.compressorId, 1n)
  writeLength(to, HEADERS.compressedLength, compressedLength)
  writeLength(to, HEADERS.decompressedLength, compression?.decompressedLength ?? compressedLength)
}

const writeLength = (to: HeaderWriter, header: Header, length: bigint | number): void => {
  if (typeof length === 'number') to.size(header, length)
  else to.integer(header, length)
}

const compressionOf = (
  compressorId: bigint,
  compressedLength: bigint,
  decompressedLength: bigint,
): Compression | undefined => {
  if (compressorId !== 0n) return { compressorId, decompressedLength }
  if (decompressedLength === compressedLength) return undefined
  throw twoLengths()
}

export const twoLengths = (): Error =>
  malformed('the body is not compressed and has two lengths', { header: HEADERS.decompressedLength.name })

/** All headers of a part, in their order. @see WIRE.md, "parts" */
export const writePart = (to: HeaderWriter, part: StreamPart): void => {
  to.carried(part)
  to.bytes(HEADERS.identifier, part.identifier, 0, MAX_IDENTIFIER_BYTES)
  if (!part.start) {
    to.integer(HEADERS.partId, part.partId, 1n)
    return
  }
  if (part.partId !== 0n) throw unwritable('only part 0 has a start', { header: HEADERS.partId.name })
  const { topic, compressedLength, compression, sha512 } = part.start
  to.zero(HEADERS.partId)
  to.bytes(HEADERS.topic, topic)
  writeLengths(to, compressedLength, compression)
  to.bytes(HEADERS.compressedSha512, sha512, SHA512_BYTES, SHA512_BYTES)
}

const readLengths = (from: HeaderReader): Lengths => {
  const compressorId = from.integer(HEADERS.compressor)
  const compressedLength = from.integer(HEADERS.compressedLength)
  const decompressedLength = from.integer(HEADERS.decompressedLength)
  return { compressedLength, compression: compressionOf(compressorId, compressedLength, decompressedLength) }
}

/** All headers of a part, in their order, and its payload. @param type of its message */
export const readPart = <Type extends (NotifyStream | ReceiveStream)['type']>(type: Type, from: HeaderReader) => {
  const authorization = from.authorization()
  const tracing = from.tracing()
  const identifier = from.bytes(HEADERS.identifier, 0, MAX_IDENTIFIER_BYTES)
  const partId = from.integer(HEADERS.partId)
  if (partId !== 0n)
    return { type, authorization, tracing, identifier, partId, start: undefined, payload: from.payload() }
  const start = readStart(from)
  return { type, authorization, tracing, identifier, partId: 0n as const, start, payload: from.payload() }
}

/** What a first part says about the whole body, read behind its part id. */
const readStart = (from: HeaderReader): StreamStart => {
  const topic = from.bytes(HEADERS.topic)
  const { compressedLength, compression } = readLengths(from)
  return {
    topic,
    compression,
    compressedLength,
    sha512: from.bytes(HEADERS.compressedSha512, SHA512_BYTES, SHA512_BYTES),
  }
}
