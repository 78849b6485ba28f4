import type { Stretch } from '@/lab/decoders/decoder.js'
import { inBytes } from '@/lab/decoders/inBytes.js'

export const LENGTH_BYTES = 4

type Reading =
  | { readonly at: 'length'; readonly have: number; readonly value: number }
  | { readonly at: 'payload'; readonly size: number; readonly left: number }

const BOUNDARY: Reading = { at: 'length', have: 0, value: 0 }

/** Reads frames of a length of four bytes, big-endian, and as many bytes. */
export class LengthReader {
  #reading: Reading = BOUNDARY

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
    if (have < LENGTH_BYTES) {
      this.#reading = { at: 'length', have, value }
      return { kind: 'length', bytes: some, endsFrame: false, meaning: `length, ${have} of ${LENGTH_BYTES} bytes` }
    }
    this.#reading = value === 0 ? BOUNDARY : { at: 'payload', size: value, left: value }
    return { kind: 'length', bytes: some, endsFrame: value === 0, meaning: `length ${value}` }
  }

  #readPayload(bytes: Buffer, size: number, left: number): Stretch {
    const some = bytes.subarray(0, left)
    const rest = left - some.length
    this.#reading = rest === 0 ? BOUNDARY : { at: 'payload', size, left: rest }
    const meaning = some.length === size ? `payload, ${inBytes(size)}` : `payload, ${size - rest} of ${inBytes(size)}`
    return { kind: 'payload', bytes: some, endsFrame: rest === 0, meaning }
  }

  end(): string | undefined {
    const reading = this.#reading
    if (this.between) return undefined
    return reading.at === 'length'
      ? `it ends inside a length, after ${reading.have} of ${LENGTH_BYTES} bytes`
      : `it ends inside a payload, after ${reading.size - reading.left} of ${inBytes(reading.size)}`
  }
}
