import { looksLike } from '@/framings/looksLike.js'
import { type Decoder, dialectOf, type Stretch } from '@/lab/decoders/decoder.js'
import { LengthReader } from '@/lab/decoders/lengthReader.js'

const OK = 0xff
const OPENINGS: ReadonlyMap<number, string> = new Map([
  [OK, 'opening: yes'],
  [0xfe, 'opening: no, it is full'],
  [0x00, 'opening: no'],
])
/** No length begins with more; see framings/WIRE.md, "A message". */
const MAX_FIRST = 0xf0

/** One direction of the handshake framing: an opening byte, then answers, lengths and payloads. */
class HandshakeDecoder implements Decoder {
  readonly #frames = new LengthReader()
  #at: 'opening' | 'messages' | 'strange' = 'opening'

  read(chunk: Buffer): readonly Stretch[] {
    const found: Stretch[] = []
    for (let rest = chunk; rest.length > 0; ) {
      const stretch = this.#next(rest)
      found.push(stretch)
      rest = rest.subarray(stretch.bytes.length)
    }
    return found
  }

  #next(bytes: Buffer): Stretch {
    if (this.#at === 'opening') return this.#opening(bytes)
    if (this.#at === 'strange') return { kind: 'bytes', bytes, endsFrame: false, meaning: '' }
    const [first = 0] = bytes
    return this.#frames.between && first > MAX_FIRST ? answers(bytes, first) : this.#frames.read(bytes)
  }

  #opening(bytes: Buffer): Stretch {
    const [first = 0] = bytes
    const meaning = OPENINGS.get(first)
    this.#at = meaning === undefined ? 'strange' : 'messages'
    if (meaning !== undefined) return { kind: 'opening', bytes: bytes.subarray(0, 1), endsFrame: false, meaning }
    const like = looksLike(bytes)
    return { kind: 'bytes', bytes, endsFrame: false, meaning: `no opening${like === undefined ? '' : `; ${like}`}` }
  }

  end(): string | undefined {
    if (this.#at === 'strange') return undefined
    if (this.#at === 'opening') return 'it ends without an opening'
    return this.#frames.aloneZero ? 'so the 00 before it was a no' : this.#frames.end()
  }
}

/** As many equal answers as stand side by side. */
const answers = (bytes: Buffer, first: number): Stretch => {
  const other = bytes.findIndex((byte) => byte !== first)
  const run = bytes.subarray(0, other < 0 ? bytes.length : other)
  const word = first === OK ? 'yes' : `no (${first.toString(16)})`
  return { kind: 'answer', bytes: run, endsFrame: false, meaning: run.length === 1 ? word : `${word} x ${run.length}` }
}

/** @see framings/WIRE.md, "handshake" */
export const handshakeDialect = dialectOf('handshake', () => new HandshakeDecoder())
