import { inBytes } from '@/lab/decoders/inBytes.js'
import type { MessageReader, Reading } from '@/lab/decoders/messageReader.js'

/** Counts the bytes of a message and looks into none. */
export class PlainReader implements MessageReader {
  #size = 0
  #have = 0

  begin(size: number): void {
    this.#size = size
    this.#have = 0
  }

  read(bytes: Buffer, last: boolean): Reading {
    this.#have += bytes.length
    return { bytes, meaning: countedWords('payload', bytes.length, this.#have, this.#size), endsField: last }
  }
}

/** `payload, 5 bytes` where all of them came at once, otherwise `payload, 3 of 5 bytes`. */
export const countedWords = (name: string, here: number, have: number, size: number): string =>
  `${name}, ${here === size ? '' : `${have} of `}${inBytes(size)}`
