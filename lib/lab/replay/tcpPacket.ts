import type { CapturedPacket } from '@/lab/replay/pcapngPackets.js'

/** What a packet says of a TCP connection. */
export interface TcpPacket {
  /** As `HOST:PORT`. */
  readonly from: string
  readonly to: string
  readonly sequence: number
  readonly syn: boolean
  readonly ack: boolean
  readonly fin: boolean
  readonly rst: boolean
  readonly payload: Buffer
}

/** By link type: what stands before the IP header, and where in it the kind of the packet stands, if it does. */
const LINKS: ReadonlyMap<number, { readonly headBytes: number; readonly kindAt?: number }> = new Map([
  [0, { headBytes: 4 }], // BSD loopback
  [1, { headBytes: 14, kindAt: 12 }], // Ethernet
  [101, { headBytes: 0 }], // raw IP
  [113, { headBytes: 16, kindAt: 14 }], // Linux, any interface
  [228, { headBytes: 0 }], // raw IPv4
  [229, { headBytes: 0 }], // raw IPv6
  [276, { headBytes: 20, kindAt: 0 }], // Linux, any interface, second version
])
const [IPV4, IPV6] = [0x0800, 0x86dd]
const TCP = 6
const FLAG = { fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10 } as const

/** The TCP packet inside; undefined when it is something else, a fragment, or of a link that is not known. */
export const tcpPacketIn = ({ linkType, bytes }: CapturedPacket): TcpPacket | undefined => {
  const link = LINKS.get(linkType)
  if (link === undefined || bytes.length < link.headBytes + 20) return undefined
  const kind = link.kindAt === undefined ? undefined : bytes.readUInt16BE(link.kindAt)
  if (kind !== undefined && kind !== IPV4 && kind !== IPV6) return undefined
  const ip = bytes.subarray(link.headBytes)
  const version = (ip[0] ?? 0) >> 4
  if (version === 4) return inIpv4(ip)
  return version === 6 ? inIpv6(ip) : undefined
}

const inIpv4 = (ip: Buffer): TcpPacket | undefined => {
  const headBytes = ((ip[0] ?? 0) & 0x0f) * 4
  // 0 is written for packets that the network card is to cut.
  const size = ip.readUInt16BE(2) || ip.length
  const isFragment = (ip.readUInt16BE(6) & 0x3fff) !== 0
  if (headBytes < 20 || size < headBytes || size > ip.length || ip[9] !== TCP || isFragment) return undefined
  const host = (at: number): string => ip.subarray(at, at + 4).join('.')
  return inTcp(ip.subarray(headBytes, size), host(12), host(16))
}

const inIpv6 = (ip: Buffer): TcpPacket | undefined => {
  if (ip.length < 40 || ip[6] !== TCP) return undefined
  const size = ip.readUInt16BE(4) || ip.length - 40
  if (40 + size > ip.length) return undefined
  const host = (at: number): string => {
    const groups = Array.from({ length: 8 }, (_, index) => ip.readUInt16BE(at + 2 * index).toString(16))
    return `[${groups.join(':').replace(/(?:^|:)0(?::0)+(?:$|:)/, '::')}]`
  }
  return inTcp(ip.subarray(40, 40 + size), host(8), host(24))
}

const inTcp = (tcp: Buffer, from: string, to: string): TcpPacket | undefined => {
  if (tcp.length < 20) return undefined
  const headBytes = ((tcp[12] ?? 0) >> 4) * 4
  if (headBytes < 20 || headBytes > tcp.length) return undefined
  const flags = tcp[13] ?? 0
  return {
    from: `${from}:${tcp.readUInt16BE(0)}`,
    to: `${to}:${tcp.readUInt16BE(2)}`,
    sequence: tcp.readUInt32BE(4),
    syn: (flags & FLAG.syn) !== 0,
    ack: (flags & FLAG.ack) !== 0,
    fin: (flags & FLAG.fin) !== 0,
    rst: (flags & FLAG.rst) !== 0,
    payload: tcp.subarray(headBytes),
  }
}
