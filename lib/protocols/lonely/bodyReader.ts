import { asBuffer } from '@/bytes/asBuffer.js'
import { TransportError } from '@/errors.js'
import { malformed } from '@/protocols/lonely/malformed.js'
import { decodeText } from '@/protocols/lonely/wireText.js'

/**
 * Reads the fields of one HTTP body in order, as views of it. Everything throws LONELY_MALFORMED when bytes are
 * missing.
 */
export class BodyReader {
  readonly #bytes: Buffer
  #at = 0

  /** @throws TransportError NOT_BYTES */
  constructor(body: Uint8Array) {
    if (!(body instanceof Uint8Array)) throw new TransportError('NOT_BYTES', { given: typeof body })
    this.#bytes = asBuffer(body)
  }

  /** How many bytes have not been read. */
  get left(): number {
    return this.#bytes.length - this.#at
  }

  u8(): number {
    return this.exactly(1).readUInt8()
  }

  u16(): number {
    return this.exactly(2).readUInt16BE()
  }

  u32(): number {
    return this.exactly(4).readUInt32BE()
  }

  u64(): bigint {
    return this.exactly(8).readBigUInt64BE()
  }

  f64(): number {
    return this.exactly(8).readDoubleBE()
  }

  /** The next `size` bytes. */
  exactly(size: number): Buffer {
    if (size > this.left) throw malformed('the body ends too early', { size: this.#bytes.length })
    const from = this.#at
    this.#at += size
    return this.#bytes.subarray(from, this.#at)
  }

  /** Behind a length in 1 byte. */
  short(): Buffer {
    return this.exactly(this.u8())
  }

  /** Behind a length in 2 bytes. */
  bytes(): Buffer {
    return this.exactly(this.u16())
  }

  /** Behind a length in 8 bytes. */
  long(): Buffer {
    const size = this.u64()
    return this.exactly(size > BigInt(this.left) ? Number.MAX_SAFE_INTEGER : Number(size))
  }

  /** UTF-8 behind a length in 2 bytes. @param field what an error calls it */
  text(field: string): string {
    return decodeText(this.bytes(), field)
  }

  /** The same, where an empty text is an absent one. */
  optionalText(field: string): string | undefined {
    const text = this.text(field)
    return text === '' ? undefined : text
  }

  /** Nothing may be left. */
  end(): void {
    if (this.left > 0) throw malformed('bytes follow the end of the body', { left: this.left })
  }
}
