import { asBuffer } from '@/bytes/asBuffer.js'
import { TransportError } from '@/errors.js'
import { checkStructure } from '@/protocols/pnet/pickle/checkStructure.js'
import { MAX_INTEGER_BYTES, type PickleLimits, pickleLimitsOf } from '@/protocols/pnet/pickle/pickleLimits.js'
import { PickleStack } from '@/protocols/pnet/pickle/pickleStack.js'
import { PickleTuple, type PickleValue } from '@/protocols/pnet/pickle/pickleValue.js'
import { decodeText } from '@/protocols/pnet/pickle/surrogatePass.js'
import { twosComplement } from '@/protocols/pnet/pickle/twosComplement.js'

const PROTO = 0x80
const STOP = 0x2e
const OLDEST_PROTOCOL = 2
const NEWEST_PROTOCOL = 5

/**
 * Reads a pickle as the data that it is. Only the opcodes that build plain data are known; whatever would name, call or
 * build anything else is refused where it stands, and nothing of it is ever done.
 * @param bytes a whole pickle of protocol 2 to 5, and nothing behind it
 * @throws TransportError PICKLE_REFUSED, PICKLE_MALFORMED or PICKLE_TOO_LARGE; the detail has opcode and offset
 * @see WIRE.md, "pickle"
 */
export const unpickle = (bytes: Uint8Array, limits?: PickleLimits): PickleValue => {
  const known = pickleLimitsOf(limits)
  const limit = known.maxPickleBytes
  if (bytes.length > limit) throw new TransportError('PICKLE_TOO_LARGE', { bytes: bytes.length, maxPickleBytes: limit })
  const value = new Unpickler(asBuffer(bytes), known).run()
  checkStructure(value, known)
  return value
}

class Unpickler {
  readonly #bytes: Buffer
  readonly #stack: PickleStack
  #at = 0
  /** Where the opcode that is being done stands. */
  #opcodeAt = 0

  constructor(bytes: Buffer, limits: Required<PickleLimits>) {
    this.#bytes = bytes
    this.#stack = new PickleStack(limits, (problem) => this.#malformed(problem))
  }

  run(): PickleValue {
    if (this.#unsigned(1) !== PROTO) throw this.#malformed('it does not begin with its protocol')
    const protocol = this.#unsigned(1)
    if (protocol < OLDEST_PROTOCOL || protocol > NEWEST_PROTOCOL) throw this.#malformed(`it is of protocol ${protocol}`)
    for (;;) {
      this.#opcodeAt = this.#at
      const opcode = this.#unsigned(1)
      if (opcode === STOP) return this.#stopped()
      this.#do(opcode)
    }
  }

  #do(opcode: number): void {
    const stack = this.#stack
    switch (opcode) {
      case 0x95: // FRAME: how long what follows is; said again by each thing in it
        this.#checkLength(this.#long64())
        return
      case 0x4e:
        return stack.push(null)
      case 0x88:
        return stack.push(true)
      case 0x89:
        return stack.push(false)
      case 0x4b: // BININT1
        return stack.push(this.#unsigned(1))
      case 0x4d: // BININT2
        return stack.push(this.#unsigned(2))
      case 0x4a: // BININT
        return stack.push(this.#take(4).readInt32LE())
      case 0x8a: // LONG1
        return stack.push(this.#integer(this.#unsigned(1)))
      case 0x8b: // LONG4
        return stack.push(this.#integer(this.#unsigned(4)))
      case 0x47: // BINFLOAT
        return stack.push(this.#take(8).readDoubleBE())
      case 0x8c: // SHORT_BINUNICODE
        return stack.push(this.#text(this.#unsigned(1)))
      case 0x58: // BINUNICODE
        return stack.push(this.#text(this.#unsigned(4)))
      case 0x8d: // BINUNICODE8
        return stack.push(this.#text(this.#long64()))
      case 0x43: // SHORT_BINBYTES
        return stack.push(Buffer.from(this.#take(this.#unsigned(1))))
      case 0x42: // BINBYTES
        return stack.push(Buffer.from(this.#take(this.#unsigned(4))))
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return stack.push(Buffer.from(this.#take(this.#long64())))
      case 0x5d:
        return stack.push([])
      case 0x61:
        return stack.append()
      case 0x65:
        return stack.appendAll()
      case 0x7d:
        return stack.push(new Map())
      case 0x73:
        return stack.setItem()
      case 0x75:
        return stack.setItems()
      case 0x8f:
        return stack.push(new Set())
      case 0x90: // ADDITEMS
        return stack.addAll()
      case 0x91: // FROZENSET
        return stack.push(new Set(stack.popToMark()))
      case 0x29: // EMPTY_TUPLE
        return stack.push(new PickleTuple([]))
      case 0x85:
      case 0x86:
      case 0x87: // TUPLE1 to TUPLE3
        return stack.push(new PickleTuple(stack.pop(opcode - 0x84)))
      case 0x74: // TUPLE
        return stack.push(new PickleTuple(stack.popToMark()))
      case 0x28:
        return stack.mark()
      case 0x94: // MEMOIZE
        return stack.memoize(undefined)
      case 0x71: // BINPUT
        return stack.memoize(this.#unsigned(1))
      case 0x72: // LONG_BINPUT
        return stack.memoize(this.#unsigned(4))
      case 0x68: // BINGET
        return stack.recall(this.#unsigned(1))
      case 0x6a: // LONG_BINGET
        return stack.recall(this.#unsigned(4))
      default:
        throw new TransportError('PICKLE_REFUSED', this.#place())
    }
  }

  #stopped(): PickleValue {
    if (this.#at !== this.#bytes.length) throw this.#malformed('something follows its end')
    return this.#stack.only()
  }

  #checkLength(bytes: number): void {
    if (bytes > this.#bytes.length - this.#at) throw this.#malformed('it ends too early')
  }

  #take(bytes: number): Buffer {
    this.#checkLength(bytes)
    return this.#bytes.subarray(this.#at, (this.#at += bytes))
  }

  #unsigned(bytes: 1 | 2 | 4): number {
    return this.#take(bytes).readUIntLE(0, bytes)
  }

  /** Exact as far as it matters: what is above 2^53 is longer than any pickle. */
  #long64(): number {
    return Number(this.#take(8).readBigUInt64LE())
  }

  #integer(bytes: number): number | bigint {
    if (bytes > MAX_INTEGER_BYTES) throw this.#malformed(`an integer has more than ${MAX_INTEGER_BYTES} bytes`)
    return twosComplement(this.#take(bytes))
  }

  #text(bytes: number): string {
    const text = decodeText(this.#take(bytes))
    if (text === undefined) throw this.#malformed('a text is not UTF-8')
    return text
  }

  #malformed(problem: string): TransportError {
    return new TransportError('PICKLE_MALFORMED', { problem, ...this.#place() })
  }

  #place(): { readonly opcode: string; readonly offset: number } {
    return { opcode: this.#bytes.toString('hex', this.#opcodeAt, this.#opcodeAt + 1), offset: this.#opcodeAt }
  }
}
