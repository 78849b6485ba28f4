import {
  asciiText,
  type Json,
  type JsonObject,
  parseObject,
  readJsonObject,
  writeJson,
} from '@/protocols/stp/jsonText.js'
import { TransportError } from '@/errors.js'

/** In front of header and body: their sizes, as u16 and u32, big-endian. */
export const PREFIX_BYTES = 6
/** Largest packet, prefix included. */
export const MAX_PACKET_BYTES = 4_096_000
const MAX_HEADER_BYTES = 0xffff

/**
 * One packet as it travels. The header goes first, so what seals the body can vouch for it.
 * @param seal the body, made from the very bytes of the header
 * @throws TransportError MESSAGE_UNSENDABLE when header or packet are too large
 * @see WIRE.md, "packet"
 */
export const encodePacket = (
  header: JsonObject,
  seal: (headerBytes: Buffer) => Uint8Array,
  maxPacketBytes = MAX_PACKET_BYTES,
): Buffer => {
  const text = writeJson(header)
  if (text.length > MAX_HEADER_BYTES)
    throw new TransportError('MESSAGE_UNSENDABLE', { headerBytes: text.length, limit: MAX_HEADER_BYTES })
  const headerBytes = Buffer.from(text, 'latin1')
  const body = seal(headerBytes)
  const size = PREFIX_BYTES + headerBytes.length + body.length
  if (size > maxPacketBytes) throw new TransportError('MESSAGE_UNSENDABLE', { size, limit: maxPacketBytes })
  const packet = Buffer.allocUnsafe(size)
  packet.writeUInt16BE(headerBytes.length, 0)
  packet.writeUInt32BE(body.length, 2)
  packet.set(headerBytes, PREFIX_BYTES)
  packet.set(body, PREFIX_BYTES + headerBytes.length)
  return packet
}

/** `{"msg": data}` as bytes. @throws TransportError MESSAGE_UNSENDABLE */
export const encodeBody = (data: unknown): Buffer => {
  if (data === undefined) throw new TransportError('MESSAGE_UNSENDABLE', { problem: 'JSON has no way to write it' })
  return Buffer.from(writeJson({ msg: data }), 'latin1')
}

/** The size that the first six bytes announce, prefix included. */
export const announcedBytes = (prefix: Buffer): number => PREFIX_BYTES + headerBytesOf(prefix) + prefix.readUInt32BE(2)

/** The size of the header that they announce. */
export const headerBytesOf = (prefix: Buffer): number => prefix.readUInt16BE(0)

/** A packet whose body is still as it travelled. */
export interface DecodedPacket {
  readonly header: JsonObject
  readonly bytes: Buffer
  /** Where the body begins in `bytes`; it reaches to their end. */
  readonly bodyAt: number
  /** The body as text, where that was found out in passing. */
  readonly bodyText: string | undefined
}

/** Up to here it pays to read header and body as one text. */
const SMALL_BYTES = 8_192

/**
 * Reads one whole packet; its sizes must be those of its bytes.
 * @throws TransportError PACKET_MALFORMED
 */
export const decodePacket = (bytes: Buffer, maxPacketBytes = MAX_PACKET_BYTES): DecodedPacket => {
  const size = bytes.length
  if (size < PREFIX_BYTES) throw malformed('it is shorter than its sizes', { size, least: PREFIX_BYTES })
  const headerBytes = headerBytesOf(bytes)
  const bodyAt = PREFIX_BYTES + headerBytes
  const announced = bodyAt + bytes.readUInt32BE(2)
  if (announced > maxPacketBytes) throw malformed('its sizes are above the limit', { announced, limit: maxPacketBytes })
  if (announced !== size) throw malformed('its sizes are not those of its bytes', { size, announced })
  const text = size <= SMALL_BYTES ? asciiText(bytes, PREFIX_BYTES) : undefined
  const header =
    text === undefined ? readJsonObject(bytes, PREFIX_BYTES, bodyAt) : parseObject(text.slice(0, headerBytes))
  if (header === undefined) throw malformed('its header is no JSON object', { headerBytes })
  return { header, bytes, bodyAt, bodyText: text?.slice(headerBytes) }
}

/** The value of `msg` in a plain body; null when it has none. @throws TransportError PACKET_MALFORMED */
export const decodeBody = ({ bytes, bodyAt, bodyText }: Omit<DecodedPacket, 'header'>): Json => {
  const body = bodyText === undefined ? readJsonObject(bytes, bodyAt, bytes.length) : parseObject(bodyText)
  if (body === undefined) throw malformed('its body is no JSON object', { bodyBytes: bytes.length - bodyAt })
  return body['msg'] ?? null
}

const malformed = (problem: string, numbers: Readonly<Record<string, number>>): TransportError =>
  new TransportError('PACKET_MALFORMED', { problem, ...numbers })
