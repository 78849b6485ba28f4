import type { Role } from '@/framings/framing.js'
import type { Decoder, Stretch } from '@/lab/decoders/decoder.js'
import { payloadStretch } from '@/lab/decoders/messageReader.js'
import { PnetReader } from '@/lab/decoders/pnetReader.js'

/**
 * pnet over TCP: one packet of each end. A server takes the very first line, its client the first that is not blank.
 * @see protocols/pnet/WIRE.md, "connections"
 */
export class PnetDecoder implements Decoder {
  readonly #packet = new PnetReader()
  readonly #skipsBlanks: boolean
  #at: 'packet' | 'behind' | 'told' = 'packet'

  /** @param role of the end that speaks */
  constructor(role: Role) {
    this.#skipsBlanks = role === 'acceptor'
    this.#packet.begin()
  }

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
    if (this.#at !== 'packet') {
      const meaning = this.#at === 'behind' ? 'behind the one packet, which nobody reads' : ''
      this.#at = 'told'
      return { kind: 'bytes', bytes, endsField: false, endsFrame: false, meaning }
    }
    const blanks = this.#skipsBlanks && !this.#packet.begun ? blanksIn(bytes) : 0
    if (blanks > 0)
      return { kind: 'delimiter', bytes: bytes.subarray(0, blanks), endsField: false, endsFrame: false, meaning: '' }
    const reading = this.#packet.read(bytes, false)
    const ends = reading.endsMessage === true
    if (ends) this.#at = 'behind'
    return payloadStretch(reading, ends)
  }

  end(): string | undefined {
    return this.#at === 'packet' && this.#packet.begun ? 'so the packet has no newline' : undefined
  }
}

const blanksIn = (bytes: Buffer): number => {
  const other = bytes.findIndex((byte) => byte !== 0x20 && (byte < 0x09 || byte > 0x0d))
  return other < 0 ? bytes.length : other
}
