import { isIPv6 } from 'node:net'
import { ipBytes } from '@/lab/capture/ipBytes.js'

/** One end of a TCP connection. */
export interface Endpoint {
  /** An IPv4 or IPv6 address; both ends of a connection have the same kind. */
  readonly host: string
  readonly port: number
}

export const TCP = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 } as const

/** What a segment says beside its addresses. */
export interface Segment {
  readonly from: Endpoint
  readonly to: Endpoint
  /** 0 to 2^32-1. */
  readonly sequence: number
  /** 0 to 2^32-1. */
  readonly acknowledged: number
  /** Of `TCP`, added up. */
  readonly flags: number
  /** 0 to 65_535. */
  readonly window: number
  /** A multiple of 4 bytes. */
  readonly options: Buffer
  readonly payload: Buffer
}

/** What an IPv4 or IPv6 packet of 65_535 bytes has room for beside its headers, options included. */
export const MAX_SEGMENT_BYTES = 65_400

const PROTOCOL_TCP = 6
const HOPS = 64
const HEADER_BYTES = 20

/** A segment as a whole IP packet, with all checksums. @see RFC 9293, RFC 791, RFC 8200 */
export const ipPacket = (segment: Segment): Buffer => {
  const { from, to, options, payload } = segment
  const [source, target] = [ipBytes(from.host), ipBytes(to.host)]
  const tcp = Buffer.alloc(HEADER_BYTES + options.length + payload.length)
  tcp.writeUInt16BE(from.port, 0)
  tcp.writeUInt16BE(to.port, 2)
  tcp.writeUInt32BE(segment.sequence, 4)
  tcp.writeUInt32BE(segment.acknowledged, 8)
  tcp.writeUInt8(((HEADER_BYTES + options.length) / 4) << 4, 12)
  tcp.writeUInt8(segment.flags, 13)
  tcp.writeUInt16BE(segment.window, 14)
  options.copy(tcp, HEADER_BYTES)
  payload.copy(tcp, HEADER_BYTES + options.length)
  const pseudo = Buffer.alloc(8)
  pseudo.writeUInt32BE(tcp.length, 0)
  pseudo.writeUInt32BE(PROTOCOL_TCP, 4)
  tcp.writeUInt16BE(checksum(source, target, pseudo, tcp), 16)
  const head = isIPv6(from.host) ? ipv6Head(tcp.length) : ipv4Head(tcp.length, source, target)
  return Buffer.concat([head, source, target, tcp])
}

/** All but the addresses. */
const ipv4Head = (bytes: number, source: Buffer, target: Buffer): Buffer => {
  const head = Buffer.from([0x45, 0, 0, 0, 0, 0, 0x40, 0, HOPS, PROTOCOL_TCP, 0, 0]) // must not be fragmented
  head.writeUInt16BE(20 + bytes, 2)
  head.writeUInt16BE(checksum(head, source, target), 10)
  return head
}

const ipv6Head = (bytes: number): Buffer => {
  const head = Buffer.from([0x60, 0, 0, 0, 0, 0, PROTOCOL_TCP, HOPS])
  head.writeUInt16BE(bytes, 4)
  return head
}

/** The ones' complement of the ones' complement sum of all 16-bit words. @see RFC 1071 */
const checksum = (...parts: readonly Buffer[]): number => {
  let sum = 0
  for (const part of parts) {
    for (let at = 0; at + 1 < part.length; at += 2) sum += part.readUInt16BE(at)
    if (part.length % 2 === 1) sum += (part[part.length - 1] ?? 0) << 8
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000)
  return ~sum & 0xffff
}
