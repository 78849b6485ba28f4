import type { Decoder, Stretch } from '@/lab/decoders/decoder.js'
import { inBytes } from '@/lab/decoders/inBytes.js'

const NEWLINE = 0x0a

/** Lines that end in `0a`. @see framings/WIRE.md, "line" */
export class LineDecoder implements Decoder {
  /** Bytes of the line that has begun. */
  #have = 0

  read(chunk: Buffer): readonly Stretch[] {
    const found: Stretch[] = []
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(NEWLINE, at)
      const until = end < 0 ? chunk.length : end
      if (until > at) {
        this.#have += until - at
        const bytes = chunk.subarray(at, until)
        const whole = bytes.length === this.#have
        const meaning = `${whole ? 'line' : 'line goes on'}, ${inBytes(this.#have)}${end < 0 ? ' so far' : ''}`
        found.push({ kind: 'payload', bytes, endsField: false, endsFrame: false, meaning })
      }
      if (end >= 0) {
        const meaning = `end of a line of ${inBytes(this.#have)}`
        const bytes = chunk.subarray(end, end + 1)
        found.push({ kind: 'delimiter', bytes, endsField: true, endsFrame: true, meaning })
        this.#have = 0
      }
      at = until + 1
    }
    return found
  }

  end(): string | undefined {
    return this.#have === 0 ? undefined : `it ends inside a line, after ${inBytes(this.#have)}`
  }
}
