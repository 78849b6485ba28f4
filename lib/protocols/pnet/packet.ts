import { isUtf8 } from 'node:buffer'
import { asBuffer } from '@/bytes/asBuffer.js'
import { TransportError } from '@/errors.js'
import type { Refusal } from '@/protocols/pnet/refusal.js'

/** What a packet is about: an advertisement, a request, its reply, a refusal, and a left-over that nobody sends. */
export type PacketType = 'adv' | 'msg' | 'rsp' | 'err' | 'brd'

/** The sections of a packet, as they stand between its bars. @see WIRE.md, "packet" */
export interface Packet {
  readonly networkId: string
  /** A `PacketType` if the other end follows the rules. */
  readonly type: string
  /** Views into the packet that was read. */
  readonly content: Buffer
  /** PKCS#1 PEM in base64; may be empty in `err`. */
  readonly key: string
}

const BAR = 0x7c
const SECTIONS = 5
const LAST = 'END'
const TAB = 0x09
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20

/** The sections of a packet but its content, which `fill` writes into place. */
export interface PacketFrame extends Omit<Packet, 'content'> {
  readonly contentBytes: number
  /** @param end where the content has to end in `line`; it begins `contentBytes` before */
  readonly fill: (line: Buffer, end: number) => unknown
}

/** One line, its newline included. No section may contain a bar or a line break; that is not looked at here. */
export const encodePacket = ({ content, ...sections }: Packet): Buffer =>
  framePacket({
    ...sections,
    contentBytes: content.length,
    fill: (line, end) => line.set(content, end - content.length),
  })

/** As `encodePacket`, for content that is made where it will stand. */
export const framePacket = ({ networkId, type, key, contentBytes, fill }: PacketFrame): Buffer => {
  const head = `${networkId}|${type}|`
  const tail = `|${key}|${LAST}\n`
  const contentAt = Buffer.byteLength(head)
  const contentEnd = contentAt + contentBytes
  const line = Buffer.allocUnsafe(contentEnd + Buffer.byteLength(tail))
  fill(line, contentEnd)
  line.write(head, 0)
  line.write(tail, contentEnd)
  return line
}

/**
 * @param line one packet; white space around it does not count, so its newline may be there or not
 * @throws TransportError PACKET_MALFORMED; `refusalOf` knows the answer
 */
export const decodePacket = (line: Uint8Array): Packet => {
  const packet = stripped(asBuffer(line))
  if (!isUtf8(packet)) throw malformed('it is not UTF-8', packet.length)
  const bars = barsOf(packet)
  if (bars.length !== SECTIONS - 1) throw malformed('it has not five sections', packet.length, 'ERR_SECTION_COUNT')
  const section = (at: number): Buffer => packet.subarray((bars[at - 1] ?? -1) + 1, bars[at])
  if (section(4).toString() !== LAST) throw malformed('its end is missing', packet.length, 'ERR_PACKET_INCOMPLETE')
  return {
    networkId: section(0).toString(),
    type: section(1).toString(),
    content: section(2),
    key: section(3).toString(),
  }
}

/** Where the bars are; looks for one more than there may be, and for no other. */
const barsOf = (packet: Buffer): number[] => {
  const bars: number[] = []
  for (let at = packet.indexOf(BAR); at >= 0 && bars.length < SECTIONS; at = packet.indexOf(BAR, at + 1)) bars.push(at)
  return bars
}

const stripped = (line: Buffer): Buffer => {
  let start = 0
  let end = line.length
  while (start < end && isSpace(line[start])) start++
  while (end > start && isSpace(line[end - 1])) end--
  return line.subarray(start, end)
}

/** White space around a packet, which does not count. */
export const isSpace = (byte: number | undefined): boolean =>
  byte === SPACE || (byte !== undefined && byte >= TAB && byte <= CARRIAGE_RETURN)

const malformed = (problem: string, bytes: number, refusal?: Refusal): TransportError =>
  new TransportError('PACKET_MALFORMED', { problem, bytes, refusal })
