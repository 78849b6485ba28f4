import { TransportError } from '@/errors.js'
import { wholeNumber } from '@/framings/wholeNumber.js'

/** Where a frame holds its length, in the words of tokio-util's `LengthDelimitedCodec`. */
export interface LengthOptions {
  /** Bytes of the length field. 1 to 8; the length itself stays below 2^53. @default 4 */
  readonly lengthFieldBytes?: number
  /** Bytes of the frame before the length field. 0 to 255. @default 0 */
  readonly lengthFieldOffset?: number
  /**
   * What is added to the number in the field to get the size of the message: negative where the number counts bytes
   * of the head too, positive where it leaves out bytes that belong to the message. Within 2^32 of 0. @default 0
   */
  readonly lengthAdjustment?: number
  /**
   * Bytes thrown away at the beginning of a frame; the message begins behind them. 0 to 511, but not inside the
   * length field. Up to `lengthFieldOffset` it leaves the field in the message.
   * @default the length field and all that stands before it
   */
  readonly numSkip?: number
  /** @default 'big' */
  readonly byteOrder?: 'big' | 'little'
}

const RANGES = {
  lengthFieldBytes: [1, 8],
  lengthFieldOffset: [0, 255],
  lengthAdjustment: [-(2 ** 32), 2 ** 32],
  numSkip: [0, 511],
} as const satisfies Record<string, readonly [min: number, max: number]>

/** How a frame begins: its options checked, its numbers worked out. */
export class LengthLayout {
  readonly fieldBytes: number
  readonly fieldOffset: number
  readonly adjustment: number
  readonly skip: number
  readonly littleEndian: boolean
  /** Bytes that must be here before the size of a message is known and its first byte can be told. */
  readonly headBytes: number
  /** Four bytes, big-endian, and nothing else. */
  readonly plain: boolean
  /** The length field is part of the message. */
  readonly inMessage: boolean
  /** Largest number that is written into the field. */
  readonly maxLength: number

  /** @throws TransportError OPTION_INVALID */
  constructor(options: LengthOptions) {
    this.fieldBytes = ranged('lengthFieldBytes', options.lengthFieldBytes ?? 4)
    this.fieldOffset = ranged('lengthFieldOffset', options.lengthFieldOffset ?? 0)
    this.adjustment = ranged('lengthAdjustment', options.lengthAdjustment ?? 0)
    const fieldEnd = this.fieldOffset + this.fieldBytes
    this.skip = ranged('numSkip', options.numSkip ?? fieldEnd)
    if (this.skip > this.fieldOffset && this.skip < fieldEnd) {
      throw invalid('numSkip', String(this.skip), 'a number that does not cut the length field in two')
    }
    const order: unknown = options.byteOrder ?? 'big'
    if (order !== 'big' && order !== 'little') throw invalid('byteOrder', String(order), 'big or little')
    this.littleEndian = order === 'little'
    this.headBytes = Math.max(fieldEnd, this.skip)
    this.inMessage = this.skip < fieldEnd
    this.plain =
      this.headBytes === 4 && this.fieldBytes === 4 && this.skip === 4 && this.adjustment === 0 && !this.littleEndian
    this.maxLength = Math.min(2 ** (8 * this.fieldBytes) - 1, Number.MAX_SAFE_INTEGER)
  }

  /** The number in the field of a frame. Above 2^53 - 1 it is not exact. @param from where `bytes` begin in the frame */
  lengthIn(bytes: Uint8Array, from: number): number {
    const at = this.fieldOffset - from
    let length = 0
    for (let i = 0; i < this.fieldBytes; i++) {
      length = length * 256 + (bytes[this.littleEndian ? at + this.fieldBytes - 1 - i : at + i] ?? 0)
    }
    return length
  }

  /** The byte at `index` of the field that holds `length`. */
  lengthByte(length: number, index: number): number {
    const place = this.littleEndian ? index : this.fieldBytes - 1 - index
    return Math.floor(length / 256 ** place) % 256
  }
}

const ranged = (option: keyof typeof RANGES, value: number): number => wholeNumber(option, value, RANGES[option])

const invalid = (option: string, given: string, expected: string): TransportError =>
  new TransportError('OPTION_INVALID', { option, given, expected })
