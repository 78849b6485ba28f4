import { unwritable } from '@/protocols/lonely/malformed.js'
import { encodeText } from '@/protocols/lonely/wireText.js'

const MAX_U32 = 0xffff_ffff
const MAX_U64 = 2n ** 64n - 1n

/** Writes the fields of one HTTP body in order. What it refuses with LONELY_UNWRITABLE leaves no bytes behind. */
export class BodyWriter {
  readonly #parts: Uint8Array[] = []

  u8(value: number): this {
    return this.#add(Buffer.of(value))
  }

  u16(value: number): this {
    return this.#add(Buffer.of(value >> 8, value & 0xff))
  }

  /** @param field what an error calls it */
  u32(field: string, value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > MAX_U32)
      throw unwritable('the value is out of range', { field, value: String(value), most: MAX_U32 })
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeUInt32BE(value)
    return this.#add(bytes)
  }

  u64(field: string, value: bigint): this {
    if (typeof value !== 'bigint' || value < 0n || value > MAX_U64)
      throw unwritable('the value is out of range', { field, value: String(value), most: String(MAX_U64) })
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeBigUInt64BE(value)
    return this.#add(bytes)
  }

  f64(value: number): this {
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeDoubleBE(value)
    return this.#add(bytes)
  }

  /** Exactly `size` bytes without a length. */
  exactly(field: string, value: Uint8Array, size: number): this {
    checkBytes(field, value, size)
    if (value.length < size)
      throw unwritable('the value has a size that does not fit', { field, size: value.length, least: size })
    return this.#add(value)
  }

  /** Behind its length in 1 byte. */
  short(field: string, value: Uint8Array): this {
    checkBytes(field, value, 0xff)
    return this.u8(value.length).#add(value)
  }

  /** Behind its length in 2 bytes. */
  bytes(field: string, value: Uint8Array): this {
    checkBytes(field, value, 0xffff)
    return this.u16(value.length).#add(value)
  }

  /** Behind its length in 8 bytes. */
  long(field: string, value: Uint8Array): this {
    checkBytes(field, value, Number.MAX_SAFE_INTEGER)
    return this.u64(field, BigInt(value.length)).#add(value)
  }

  /** UTF-8 behind its length in 2 bytes; absent is empty. */
  text(field: string, value: string | undefined): this {
    return this.bytes(field, encodeText(value ?? '', field))
  }

  /** Everything written, also while more may follow. */
  finish(): Buffer {
    return Buffer.concat(this.#parts)
  }

  #add(bytes: Uint8Array): this {
    this.#parts.push(bytes)
    return this
  }
}

const checkBytes = (field: string, value: Uint8Array, most: number): void => {
  if (!(value instanceof Uint8Array)) throw unwritable('the value is not a Uint8Array', { field })
  if (value.length > most)
    throw unwritable('the value has a size that does not fit', { field, size: value.length, most })
}
