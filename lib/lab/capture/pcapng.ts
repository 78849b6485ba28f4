/** Of the interface: packets begin with their IPv4 or IPv6 header. */
const LINKTYPE_RAW = 101
/** Times are counted in units of 10^-9 s. */
const NANOSECONDS = 9
const LITTLE_ENDIAN_MAGIC = 0x1a2b_3c4d
const UNKNOWN_LENGTH = 0xffff_ffff_ffff_ffffn

const BLOCK = { section: 0x0a0d_0d0a, interface: 1, packet: 6 } as const
const OPTION = { end: 0, comment: 1, interfaceName: 2, userApplication: 4, timeResolution: 9 } as const
/** An option's length has 16 bits. */
const MAX_OPTION_BYTES = 65_535

type Option = readonly [code: number, value: Buffer]

/** What a capture begins with: its section header and its one interface. */
export const pcapngStart = (application: string): Buffer => {
  const version = Buffer.from([1, 0, 0, 0]) // 1.0
  const section = Buffer.concat([u32(LITTLE_ENDIAN_MAGIC), version, u64(UNKNOWN_LENGTH)])
  const snapLength = u32(0) // packets are whole
  const description = Buffer.concat([u16(LINKTYPE_RAW), u16(0), snapLength])
  return Buffer.concat([
    block(BLOCK.section, section, [[OPTION.userApplication, Buffer.from(application)]]),
    block(BLOCK.interface, description, [
      [OPTION.interfaceName, Buffer.from(application)],
      [OPTION.timeResolution, Buffer.of(NANOSECONDS)],
    ]),
  ])
}

/**
 * One packet.
 * @param atNs nanoseconds since 1970
 * @param bytes from the IP header on
 */
export const pcapngPacket = (atNs: bigint, bytes: Buffer, comment: string): Buffer => {
  const time = [u32(Number(atNs >> 32n)), u32(Number(atNs & 0xffff_ffffn))]
  const head = [u32(0), ...time, u32(bytes.length), u32(bytes.length)]
  const options: Option[] = comment === '' ? [] : [[OPTION.comment, cut(comment)]]
  return block(BLOCK.packet, Buffer.concat([...head, padded(bytes)]), options)
}

const block = (type: number, body: Buffer, options: readonly Option[]): Buffer => {
  const written = options.map(([code, value]) => Buffer.concat([u16(code), u16(value.length), padded(value)]))
  const end = options.length === 0 ? [] : [u16(OPTION.end), u16(0)]
  const content = Buffer.concat([body, ...written, ...end])
  const length = u32(content.length + 12) // with its type and both lengths
  return Buffer.concat([u32(type), length, content, length])
}

/** Text that fits into an option, never cut inside a character. */
const cut = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  if (bytes.length <= MAX_OPTION_BYTES) return bytes
  let end = MAX_OPTION_BYTES
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}

const padded = (bytes: Buffer): Buffer => {
  const missing = -bytes.length & 3
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)])
}

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}
