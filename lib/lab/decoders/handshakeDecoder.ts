import type { Decoder, Stretch } from '@/lab/decoders/decoder.js'
import { LengthReader } from '@/lab/decoders/lengthReader.js'
import type { MessageReader } from '@/lab/decoders/messageReader.js'
import { StrangeBytes } from '@/lab/decoders/strangeBytes.js'
import { HANDSHAKE_WIRE, OK } from '@/lab/wire/framingWires.js'

const OPENINGS: Readonly<Record<number, string>> = HANDSHAKE_WIRE.opening.words ?? {}

/**
 * One direction of the handshake framing: an opening byte, then answers, lengths and payloads.
 * @see framings/WIRE.md, "handshake"
 */
export class HandshakeDecoder implements Decoder {
  readonly #frames: LengthReader
  #at: 'opening' | 'messages' | StrangeBytes = 'opening'

  constructor(messages?: MessageReader) {
    this.#frames = new LengthReader(messages)
  }

  read(chunk: Buffer): readonly Stretch[] {
    const found: Stretch[] = []
    for (let rest = chunk; rest.length > 0; ) {
      const stretches = this.#next(rest)
      found.push(...stretches)
      for (const { bytes } of stretches) rest = rest.subarray(bytes.length)
    }
    return found
  }

  #next(bytes: Buffer): readonly Stretch[] {
    if (this.#at === 'opening') return this.#opening(bytes)
    if (this.#at !== 'messages') return this.#at.read(bytes)
    const [first = 0] = bytes
    return [
      this.#frames.between && first > HANDSHAKE_WIRE.maxFirstByte ? answers(bytes, first) : this.#frames.read(bytes),
    ]
  }

  #opening(bytes: Buffer): readonly Stretch[] {
    const word = OPENINGS[bytes[0] ?? 0]
    if (word === undefined) {
      this.#at = new StrangeBytes('no opening')
      return this.#at.read(bytes)
    }
    this.#at = 'messages'
    const meaning = `opening: ${word}`
    return [{ kind: 'opening', bytes: bytes.subarray(0, 1), endsField: true, endsFrame: false, meaning }]
  }

  end(): string | undefined {
    if (this.#at === 'opening') return 'it ends without an opening'
    if (this.#at !== 'messages') return this.#at.end()
    return this.#frames.aloneZero ? 'so the 00 before it was a no' : this.#frames.end()
  }
}

/** As many equal answers as stand side by side. */
const answers = (bytes: Buffer, first: number): Stretch => {
  const other = bytes.findIndex((byte) => byte !== first)
  const run = bytes.subarray(0, other < 0 ? bytes.length : other)
  const word = first === OK ? 'yes' : `no (${first.toString(16)})`
  const meaning = run.length === 1 ? word : `${word} x ${run.length}`
  return { kind: 'answer', bytes: run, endsField: true, endsFrame: false, meaning }
}
