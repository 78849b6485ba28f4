import type { Stretch } from '@/lab/decoders/decoder.js'
import { inBytes } from '@/lab/decoders/inBytes.js'
import { type MessageReader, payloadStretch } from '@/lab/decoders/messageReader.js'
import { PlainReader } from '@/lab/decoders/plainReader.js'

export const LENGTH_BYTES = 4

type Reading =
  | { readonly at: 'length'; readonly have: number; readonly value: number }
  | { readonly at: 'payload'; readonly size: number; readonly left: number }

const BOUNDARY: Reading = { at: 'length', have: 0, value: 0 }

/** Reads frames of a length of four bytes, big-endian, and as many bytes. */
export class LengthReader {
  readonly #messages: MessageReader
  #reading: Reading = BOUNDARY

  /** @param messages reads what is in them */
  constructor(messages: MessageReader = new PlainReader()) {
    this.#messages = messages
  }

  /** No frame has begun that is not whole. */
  get between(): boolean {
    return this.#reading.at === 'length' && this.#reading.have === 0
  }

  /** All that is here of a length is a `00`. */
  get aloneZero(): boolean {
    return this.#reading.at === 'length' && this.#reading.have === 1 && this.#reading.value === 0
  }

  /** The stretch at the beginning of `bytes`, which are not empty. */
  read(bytes: Buffer): Stretch {
    const reading = this.#reading
    return reading.at === 'length'
      ? this.#readLength(bytes, reading.have, reading.value)
      : this.#readPayload(bytes, reading.size, reading.left)
  }

  #readLength(bytes: Buffer, had: number, before: number): Stretch {
    const some = bytes.subarray(0, LENGTH_BYTES - had)
    const value = some.reduce((sum, byte) => sum * 256 + byte, before)
    const have = had + some.length
    const endsField = have === LENGTH_BYTES
    const endsFrame = endsField && value === 0
    const meaning = endsField ? `length ${value}` : `length, ${have} of ${LENGTH_BYTES} bytes`
    if (!endsField) this.#reading = { at: 'length', have, value }
    else if (value === 0) this.#reading = BOUNDARY
    else {
      this.#reading = { at: 'payload', size: value, left: value }
      this.#messages.begin(value)
    }
    return { kind: 'length', bytes: some, endsField, endsFrame, meaning }
  }

  #readPayload(bytes: Buffer, size: number, left: number): Stretch {
    const some = bytes.subarray(0, left)
    const reading = this.#messages.read(some, some.length === left)
    const rest = left - reading.bytes.length
    this.#reading = rest === 0 ? BOUNDARY : { at: 'payload', size, left: rest }
    return payloadStretch(reading, rest === 0)
  }

  end(): string | undefined {
    const reading = this.#reading
    if (this.between) return undefined
    return reading.at === 'length'
      ? `it ends inside a length, after ${reading.have} of ${LENGTH_BYTES} bytes`
      : `it ends inside a payload, after ${reading.size - reading.left} of ${inBytes(reading.size)}`
  }
}
