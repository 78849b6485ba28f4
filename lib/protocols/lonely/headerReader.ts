import { isUtf8 } from 'node:buffer'
import {
  type Header,
  HEADERS,
  MAX_INTEGER_BYTES,
  MAX_VALUE_BYTES,
  MINIMAL,
  PREAMBLE_BYTES,
} from '@/protocols/lonely/header.js'
import { malformed } from '@/protocols/lonely/malformed.js'

/** Where a value lies in the message. */
interface Place {
  readonly from: number
  readonly to: number
}

const EMPTY = Buffer.alloc(0)
const NAMES: ReadonlySet<string> = new Set(Object.values(HEADERS).map(({ name }) => name))
const LONGEST_NAME = Math.max(...[...NAMES].map((name) => name.length))
/** Up to here an integer is read as a number. */
const PLAIN_BYTES = 6

/**
 * Reads the headers of one message, asked for in the order of the catalogue; with minimal headers that is where they
 * stand, with expanded ones they are looked up. What it gives are views of the message.
 */
export class HeaderReader {
  /** Whether the message has the headers of the releases before tracing; nothing in it says so. */
  readonly beforeTracing: boolean
  readonly #bytes: Buffer
  /** Values by name, for expanded headers. */
  readonly #named: ReadonlyMap<string, Place> | undefined
  /** Behind what has been read. */
  #at = PREAMBLE_BYTES
  /** The value last looked for. */
  #from = 0
  #to = 0

  /** @throws TransportError LONELY_MALFORMED when expanded headers are cut off, or a name is not ASCII */
  constructor(message: Buffer, beforeTracing: boolean) {
    this.beforeTracing = beforeTracing
    this.#bytes = message
    this.#named = ((message[1] ?? 0) & MINIMAL) === 0 ? this.#readNamed() : undefined
  }

  /** @param least and `most` are sizes of the value in bytes */
  bytes(header: Header, least = 0, most = MAX_VALUE_BYTES): Buffer {
    this.#find(header)
    const size = this.#to - this.#from
    if (size < least || size > most)
      throw malformed('the size of the value is wrong', { header: header.name, size, least, most })
    return size === 0 ? EMPTY : this.#bytes.subarray(this.#from, this.#to)
  }

  text(header: Header): string {
    this.#find(header)
    return this.#text(header)
  }

  /** An empty text is an absent one. */
  authorization(header: Header = HEADERS.authorization): string | undefined {
    this.#find(header)
    return this.#from === this.#to ? undefined : this.#text(header)
  }

  /** Undefined before tracing. */
  tracing(): Buffer | undefined {
    return this.beforeTracing ? undefined : this.bytes(HEADERS.tracing)
  }

  /** For the types that had none before tracing. */
  authorizationSinceTracing(): string | undefined {
    return this.beforeTracing ? undefined : this.authorization()
  }

  /** True only for the single byte 01; whatever else stands there is false. */
  flag(header: Header): boolean {
    this.#find(header)
    return this.#to - this.#from === 1 && this.#bytes[this.#from] === 1
  }

  /** A big-endian number of whatever width arrived, at most `most` bytes, 1 to 6. */
  small(header: Header, most: number): number {
    this.#find(header)
    this.#checkWidth(header, most)
    return this.#number()
  }

  /** The same, where a header that is missing has a meaning. */
  smallOr(header: Header, most: number, missing: number): number {
    return this.#named?.has(header.name) === false ? missing : this.small(header, most)
  }

  /** A number in two's complement of whatever width arrived, at most `most` bytes, 1 to 4. */
  signed(header: Header, most: number): number {
    const value = this.small(header, most)
    const bits = (this.#to - this.#from) * 8
    return bits > 0 && value >= 2 ** (bits - 1) ? value - 2 ** bits : value
  }

  /**
   * The same as `integer`, but exact only below 2^53; what is above stays above. For comparing with a size in memory.
   */
  size(header: Header): number {
    this.#find(header)
    this.#checkWidth(header, MAX_INTEGER_BYTES)
    return this.#number()
  }

  /** A big-endian integer of whatever width arrived, at most 8 bytes. */
  integer(header: Header): bigint {
    this.#find(header)
    this.#checkWidth(header, MAX_INTEGER_BYTES)
    const width = this.#to - this.#from
    if (width <= PLAIN_BYTES) {
      const value = this.#number()
      return value === 0 ? 0n : BigInt(value)
    }
    if (width === MAX_INTEGER_BYTES) return this.#bytes.readBigUInt64BE(this.#from)
    return (BigInt(this.#bytes[this.#from] ?? 0) << 48n) | BigInt(this.#bytes.readUIntBE(this.#from + 1, PLAIN_BYTES))
  }

  /** Everything behind the headers; to be asked for after the last of them. */
  payload(): Buffer {
    return this.#bytes.subarray(this.#at)
  }

  #find(header: Header): void {
    if (this.#named !== undefined) {
      const place = this.#named.get(header.name)
      if (place === undefined) throw malformed('a header is missing', { header: header.name })
      this.#from = place.from
      this.#to = place.to
      return
    }
    this.#at = this.#skip(this.#at, header.name)
  }

  /** Puts the value whose length stands at `at` between `#from` and `#to`. @returns where it ends */
  #skip(at: number, header: string | undefined): number {
    const bytes = this.#bytes
    if (at + 2 > bytes.length) throw this.#cutOff(header)
    const from = at + 2
    const to = from + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
    if (to > bytes.length) throw this.#cutOff(header)
    this.#from = from
    this.#to = to
    return to
  }

  #readNamed(): ReadonlyMap<string, Place> {
    const bytes = this.#bytes
    if (bytes.length < PREAMBLE_BYTES + 2) throw this.#cutOff(undefined)
    const named = new Map<string, Place>()
    let at = PREAMBLE_BYTES + 2
    for (let left = bytes.readUInt16BE(PREAMBLE_BYTES); left > 0; left--) {
      at = this.#skip(at, undefined)
      const name = this.#name()
      at = this.#skip(at, name)
      if (name !== undefined) named.set(name, { from: this.#from, to: this.#to })
    }
    this.#at = at
    return named
  }

  /** The name of a header that there is; others are not kept, so that nobody can fill the memory with them. */
  #name(): string | undefined {
    for (let at = this.#from; at < this.#to; at++)
      if ((this.#bytes[at] ?? 0) > 0x7f) throw malformed('the name of a header is not ASCII')
    if (this.#to - this.#from > LONGEST_NAME) return undefined
    const name = this.#bytes.toString('latin1', this.#from, this.#to).toLowerCase()
    return NAMES.has(name) ? name : undefined
  }

  #text(header: Header): string {
    const bytes = this.#bytes.subarray(this.#from, this.#to)
    if (!isUtf8(bytes)) throw malformed('the value is not UTF-8', { header: header.name })
    return bytes.toString('utf8')
  }

  #number(): number {
    let value = 0
    for (let at = this.#from; at < this.#to; at++) value = value * 256 + (this.#bytes[at] ?? 0)
    return value
  }

  #checkWidth(header: Header, most: number): void {
    const size = this.#to - this.#from
    if (size > most) throw malformed('the number has too many bytes', { header: header.name, size, most })
  }

  #cutOff(header: string | undefined): Error {
    return malformed('the message ends too early', { header, size: this.#bytes.length })
  }
}
