import {
  type Header,
  type HeaderForm,
  HEADERS,
  MAX_VALUE_BYTES,
  MINIMAL,
  PREAMBLE_BYTES,
} from '@/protocols/lonely/header.js'
import { unwritable } from '@/protocols/lonely/malformed.js'

/** What the writer takes from every message. */
interface Carried {
  readonly authorization?: string | undefined
  readonly tracing?: Uint8Array | undefined
}

const COUNT_BYTES = 2
const LENGTH_BYTES = 2
const MAX_U64 = 2n ** 64n - 1n
/** Up to here an integer is written from a number. */
const MAX_PLAIN = 2n ** 48n

/**
 * Writes the headers of one message in the order in which it is told them, then the payload. All checks of values are
 * here: what it refuses with LONELY_UNWRITABLE is never half written, since nobody gets the bytes.
 */
export class HeaderWriter {
  /** Whether the message leaves tracing out, so takes the headers of the releases before it. */
  readonly beforeTracing: boolean
  readonly #expanded: boolean
  #bytes: Buffer
  #at: number
  #count = 0

  /** @param room bytes that the message will probably need; it grows when that was too little */
  constructor(id: number, form: HeaderForm, beforeTracing: boolean, room: number) {
    this.beforeTracing = beforeTracing
    this.#expanded = form === 'expanded'
    this.#bytes = Buffer.allocUnsafe(room)
    this.#bytes[0] = 0
    this.#bytes[1] = this.#expanded ? 0 : MINIMAL
    this.#bytes[2] = id >> 8
    this.#bytes[3] = id & 0xff
    this.#at = this.#expanded ? PREAMBLE_BYTES + COUNT_BYTES : PREAMBLE_BYTES
  }

  /** @param least and `most` are sizes of the value in bytes */
  bytes(header: Header, value: Uint8Array, least = 0, most = MAX_VALUE_BYTES): void {
    if (!(value instanceof Uint8Array)) throw unwritable('the value is not a Uint8Array', { header: header.name })
    const size = value.length
    if (size < least || size > most)
      throw unwritable('the value has a size that does not fit', { header: header.name, size, least, most })
    this.#begin(header, size)
    this.#copy(value)
  }

  text(header: Header, value: string): void {
    if (typeof value !== 'string') throw unwritable('the value is not text', { header: header.name })
    const size = Buffer.byteLength(value)
    if (size > MAX_VALUE_BYTES)
      throw unwritable('the value has a size that does not fit', { header: header.name, size, most: MAX_VALUE_BYTES })
    if (size !== value.length && /\p{Surrogate}/u.test(value))
      throw unwritable('half a surrogate pair has no UTF-8', { header: header.name })
    this.#begin(header, size)
    this.#at += this.#bytes.write(value, this.#at, 'utf8')
  }

  /** Absent text is written as an empty one. */
  authorization(value: string | undefined, header: Header = HEADERS.authorization): void {
    if (value === undefined || value === '') this.#begin(header, 0)
    else this.text(header, value)
  }

  /** The two headers that every message of today has, next to each other. */
  carried(message: Carried): void {
    this.authorization(message.authorization)
    if (message.tracing !== undefined) this.bytes(HEADERS.tracing, message.tracing)
  }

  /**
   * The same, for the types that had neither before tracing.
   * @throws TransportError LONELY_UNWRITABLE rather than lose one
   */
  carriedSinceTracing(message: Carried): void {
    if (!this.beforeTracing) this.carried(message)
    else if (message.authorization !== undefined && message.authorization !== '')
      throw unwritable('before tracing, messages of this type had no authorization', {
        header: HEADERS.authorization.name,
      })
  }

  flag(header: Header, value: boolean): void {
    this.#begin(header, 1)
    this.#bytes[this.#at++] = value ? 1 : 0
  }

  /** A big-endian number of exactly `width` bytes, 1 to 4. */
  fixed(header: Header, value: number, width: number, least: number, most: number): void {
    this.#check(header, value, least, most)
    this.#begin(header, width)
    for (let left = width - 1; left >= 0; left--) this.#bytes[this.#at++] = (value >> (left * 8)) & 0xff
  }

  /** A number of 32 bits in as few bytes as it needs, none for 0. */
  small(header: Header, value: number, most: number): void {
    this.#check(header, value, 0, most)
    this.#plain(header, value)
  }

  /** An integer of 64 bits in as few bytes as it needs, none for 0. */
  integer(header: Header, value: bigint, least = 0n): void {
    if (typeof value !== 'bigint') throw unwritable('the value is not a bigint', { header: header.name })
    if (value < least || value > MAX_U64)
      throw unwritable('the value is out of range', { header: header.name, value: String(value), least: String(least) })
    if (value < MAX_PLAIN) {
      this.#plain(header, Number(value))
      return
    }
    const width = value < 1n << 56n ? 7 : 8
    this.#begin(header, width)
    for (let left = width - 1; left >= 0; left--) this.#bytes[this.#at++] = Number((value >> BigInt(left * 8)) & 0xffn)
  }

  /** The size of something in memory, in as few bytes as it needs, none for 0. */
  size(header: Header, value: number): void {
    this.#check(header, value, 0, Number.MAX_SAFE_INTEGER)
    this.#plain(header, value)
  }

  /** The single zero byte that stands for "none" and for "first" in the two headers that have such a word. */
  zero(header: Header): void {
    this.#begin(header, 1)
    this.#bytes[this.#at++] = 0
  }

  /** Refuses any value but the one that a header which is not written stands for. */
  only(header: Header, value: number, meant: number): void {
    this.#check(header, value, meant, meant)
  }

  /** The whole message. The writer must not be used after it. */
  finish(payload: Uint8Array): Buffer {
    this.#reserve(payload.length)
    this.#copy(payload)
    if (this.#expanded) this.#length(PREAMBLE_BYTES, this.#count)
    return this.#bytes.subarray(0, this.#at)
  }

  #check(header: Header, value: number, least: number, most: number): void {
    if (!Number.isInteger(value) || value < least || value > most)
      throw unwritable('the value is out of range', { header: header.name, value: String(value), least, most })
  }

  /** @param value an integer from 0 to 2^53-1 */
  #plain(header: Header, value: number): void {
    let width = 0
    for (let rest = value; rest >= 1; rest /= 256) width++
    this.#begin(header, width)
    let rest = value
    for (let place = this.#at + width - 1; place >= this.#at; place--) {
      this.#bytes[place] = rest % 256
      rest = Math.floor(rest / 256)
    }
    this.#at += width
  }

  /** Writes the name, if names are written, and the length, and sees to it that the value has room. */
  #begin(header: Header, size: number): void {
    const { encodedName } = header
    if (this.#expanded) {
      this.#reserve(encodedName.length)
      this.#copy(encodedName)
      this.#count++
    }
    this.#reserve(LENGTH_BYTES + size)
    this.#length(this.#at, size)
    this.#at += LENGTH_BYTES
  }

  #length(at: number, value: number): void {
    this.#bytes[at] = value >> 8
    this.#bytes[at + 1] = value & 0xff
  }

  #copy(value: Uint8Array): void {
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  #reserve(size: number): void {
    const needed = this.#at + size
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = larger
  }
}
