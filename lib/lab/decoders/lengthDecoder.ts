import type { Decoder, Stretch } from '@/lab/decoders/decoder.js'
import { LengthReader } from '@/lab/decoders/lengthReader.js'
import type { MessageReader } from '@/lab/decoders/messageReader.js'

/** Lengths of four bytes, big-endian. @see framings/WIRE.md, "length" */
export class LengthDecoder implements Decoder {
  readonly #frames: LengthReader

  constructor(messages?: MessageReader) {
    this.#frames = new LengthReader(messages)
  }

  read(chunk: Buffer): readonly Stretch[] {
    const found: Stretch[] = []
    for (let rest = chunk; rest.length > 0; ) {
      const stretch = this.#frames.read(rest)
      found.push(stretch)
      rest = rest.subarray(stretch.bytes.length)
    }
    return found
  }

  end(): string | undefined {
    return this.#frames.end()
  }
}
