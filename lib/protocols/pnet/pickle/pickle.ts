import { TransportError } from '@/errors.js'
import { MAX_INTEGER_BYTES, type PickleLimits, pickleLimitsOf } from '@/protocols/pnet/pickle/pickleLimits.js'
import { type Picklable, PickleTuple } from '@/protocols/pnet/pickle/pickleValue.js'
import { encodeText } from '@/protocols/pnet/pickle/surrogatePass.js'
import { twosComplementBytes } from '@/protocols/pnet/pickle/twosComplement.js'

const PROTOCOL = 4
const FIRST_BYTES = 256

/**
 * Writes a pickle of protocol 4 in the few forms that every reader of pickles knows: without frames, and without
 * references, so what stands in several places is written in each.
 * @throws TransportError VALUE_UNSENDABLE for what is no plain data, too large, too deep, or contains itself
 * @see WIRE.md, "pickle"
 */
export const pickle = (value: Picklable, limits?: PickleLimits): Buffer => {
  const pickler = new Pickler(pickleLimitsOf(limits))
  return pickler.run(value)
}

class Pickler {
  readonly #limits: Required<PickleLimits>
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  #size = 0
  #items = 0

  constructor(limits: Required<PickleLimits>) {
    this.#limits = limits
  }

  run(value: Picklable): Buffer {
    this.#opcode(0x80)
    this.#opcode(PROTOCOL)
    this.#write(value, 0)
    this.#opcode(0x2e)
    return this.#bytes.subarray(0, this.#size)
  }

  #write(value: Picklable, depth: number): void {
    const { maxPickleItems } = this.#limits
    if (++this.#items > maxPickleItems) throw unsendable('it has too many values', { maxPickleItems })
    switch (typeof value) {
      case 'undefined':
        return this.#opcode(0x4e)
      case 'boolean':
        return this.#opcode(value ? 0x88 : 0x89)
      case 'number':
        return this.#number(value)
      case 'bigint':
        return this.#integer(value)
      case 'string':
        return this.#counted(0x58, encodeText(value))
      case 'object':
        return value === null ? this.#opcode(0x4e) : this.#object(value, depth)
      default:
        throw unsendable(`a ${typeof value} is no plain data`)
    }
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return this.#integer(BigInt(value))
    this.#opcode(0x47)
    const at = this.#room(8)
    this.#bytes.writeDoubleBE(value, at)
  }

  #integer(value: bigint): void {
    if (BigInt.asIntN(32, value) === value) {
      this.#opcode(0x4a)
      const at = this.#room(4)
      this.#bytes.writeInt32LE(Number(value), at)
      return
    }
    const bytes = twosComplementBytes(value)
    if (bytes.length > MAX_INTEGER_BYTES) throw unsendable(`an integer has more than ${MAX_INTEGER_BYTES} bytes`)
    if (bytes.length > 0xff) return this.#counted(0x8b, bytes)
    this.#opcode(0x8a)
    this.#opcode(bytes.length)
    this.#append(bytes)
  }

  #object(value: object, depth: number): void {
    if (value instanceof Uint8Array) return this.#counted(0x42, value)
    const { maxPickleDepth } = this.#limits
    if (depth >= maxPickleDepth) throw unsendable('it is too deep, or contains itself', { maxPickleDepth })
    if (Array.isArray(value)) return this.#filled(0x5d, value, 0x65, depth)
    if (value instanceof PickleTuple) return this.#filled(undefined, value.items, 0x74, depth)
    if (value instanceof Set) return this.#filled(0x8f, value, 0x90, depth)
    if (value instanceof Map) return this.#filled(0x7d, [...value].flat(1), 0x75, depth)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== null && prototype !== Object.prototype) throw unsendable('an object of a class is no plain data')
    this.#filled(0x7d, Object.entries(value).flat(1), 0x75, depth)
  }

  /** A container: `begin`, a mark, what is in it, `end`. */
  #filled(begin: number | undefined, items: Iterable<Picklable>, end: number, depth: number): void {
    if (begin !== undefined) this.#opcode(begin)
    this.#opcode(0x28)
    for (const item of items) this.#write(item, depth + 1)
    this.#opcode(end)
  }

  /** `opcode`, a length of four bytes, the bytes. */
  #counted(opcode: number, bytes: Uint8Array): void {
    this.#opcode(opcode)
    const at = this.#room(4)
    this.#bytes.writeUInt32LE(bytes.length, at)
    this.#append(bytes)
  }

  #append(bytes: Uint8Array): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }

  #opcode(byte: number): void {
    const at = this.#room(1)
    this.#bytes[at] = byte
  }

  /** Where the next `bytes` go. */
  #room(bytes: number): number {
    const at = this.#size
    const { maxPickleBytes } = this.#limits
    this.#size += bytes
    if (this.#size > maxPickleBytes) throw unsendable('it is too large', { maxPickleBytes })
    if (this.#size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#size, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, at)
      this.#bytes = larger
    }
    return at
  }
}

const unsendable = (problem: string, limit: Readonly<Record<string, number>> = {}): TransportError =>
  new TransportError('VALUE_UNSENDABLE', { problem, ...limit })
