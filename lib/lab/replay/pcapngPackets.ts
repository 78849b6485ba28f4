import { malformed } from '@/lab/replay/recording.js'

/** One packet of a capture. */
export interface CapturedPacket {
  /** Where its block begins in the file, for errors. */
  readonly offset: number
  /** What it begins with: a LINKTYPE of the pcap world. */
  readonly linkType: number
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly bytes: Buffer
}

const BLOCK = { section: 0x0a0d_0d0a, interface: 1, packet: 6 } as const
const OPTION = { end: 0, timeResolution: 9 } as const
/** Type and length before a block, and its length behind it. */
const FRAME_BYTES = 12
const PACKET_HEAD_BYTES = 20
/** More interfaces than that no capture has. */
const MAX_INTERFACES = 4_096
const MICROSECONDS = 1e-3

interface Interface {
  readonly linkType: number
  /** Milliseconds of one unit of its times. */
  readonly unitMs: number
}

/** A capture begins like this. */
export const isPcapng = (file: Buffer): boolean => file.length >= 4 && file.readUInt32BE(0) === BLOCK.section

/**
 * The packets of a pcapng file of either byte order, one after the other. Blocks of other kinds are passed over.
 * @throws TransportError RECORDING_MALFORMED
 */
export function* pcapngPackets(file: Buffer): Generator<CapturedPacket, void, undefined> {
  let little = true
  let interfaces: Interface[] = []
  for (let offset = 0; offset < file.length; ) {
    const block = file.subarray(offset)
    if (block.length < FRAME_BYTES) throw malformed('a block is cut off', { offset })
    if (block.readUInt32BE(0) === BLOCK.section) {
      little = isLittleEndian(block, offset)
      interfaces = []
    }
    const u32 = (at: number): number => (little ? block.readUInt32LE(at) : block.readUInt32BE(at))
    const size = u32(4)
    if (size < FRAME_BYTES || size % 4 !== 0) throw malformed('the length of a block is wrong', { offset, size })
    if (size > block.length) throw malformed('a block is cut off', { offset, size, here: block.length })
    if (u32(size - 4) !== size) throw malformed('the two lengths of a block differ', { offset, size })
    const body = block.subarray(8, size - 4)
    const type = u32(0)
    if (type === BLOCK.interface) {
      if (interfaces.length === MAX_INTERFACES) throw malformed('it has too many interfaces', { offset })
      interfaces.push(interfaceIn(body, little, offset))
    } else if (type === BLOCK.packet) yield packetIn(body, little, interfaces, offset)
    offset += size
  }
}

const isLittleEndian = (block: Buffer, offset: number): boolean => {
  const magic = block.readUInt32BE(8)
  if (magic !== 0x1a2b_3c4d && magic !== 0x4d3c_2b1a)
    throw malformed('the byte order of a section is unknown', { offset })
  return magic === 0x4d3c_2b1a
}

const interfaceIn = (body: Buffer, little: boolean, offset: number): Interface => {
  if (body.length < 8) throw malformed('an interface is cut off', { offset })
  const u16 = (at: number): number => (little ? body.readUInt16LE(at) : body.readUInt16BE(at))
  let unitMs = MICROSECONDS
  for (let at = 8; at + 4 <= body.length; ) {
    const [code, size] = [u16(at), u16(at + 2)]
    if (code === OPTION.end) break
    if (code === OPTION.timeResolution && size > 0 && at + 4 < body.length) unitMs = unitOf(body[at + 4] ?? 0)
    at += 4 + size + (-size & 3)
  }
  return { linkType: u16(0), unitMs }
}

/** A power of ten, or with its highest bit set of two, of a second. */
const unitOf = (resolution: number): number =>
  resolution < 0x80 ? 1_000 * 10 ** -resolution : 1_000 * 2 ** -(resolution & 0x7f)

const packetIn = (body: Buffer, little: boolean, interfaces: readonly Interface[], offset: number): CapturedPacket => {
  if (body.length < PACKET_HEAD_BYTES) throw malformed('a packet is cut off', { offset })
  const u32 = (at: number): number => (little ? body.readUInt32LE(at) : body.readUInt32BE(at))
  const of = interfaces[u32(0)]
  if (of === undefined) throw malformed('a packet is of an interface that there is not', { offset })
  const [captured, original] = [u32(12), u32(16)]
  if (captured > body.length - PACKET_HEAD_BYTES) throw malformed('a packet is cut off', { offset, captured })
  if (captured < original) throw malformed('not all of a packet was captured', { offset, captured, original })
  const atMs = (u32(4) * 2 ** 32 + u32(8)) * of.unitMs
  const bytes = body.subarray(PACKET_HEAD_BYTES, PACKET_HEAD_BYTES + captured)
  return { offset, linkType: of.linkType, atMs, bytes }
}
