import { type Decoder, dialectOf, type Stretch } from '@/lab/decoders/decoder.js'
import { LengthReader } from '@/lab/decoders/lengthReader.js'

class LengthDecoder implements Decoder {
  readonly #frames = new LengthReader()

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

/** Lengths of four bytes, big-endian. @see framings/WIRE.md, "length" */
export const lengthDialect = dialectOf('length', () => new LengthDecoder())
