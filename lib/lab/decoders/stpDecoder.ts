import type { Role } from '@/framings/framing.js'
import type { Decoder, Stretch, WireKind } from '@/lab/decoders/decoder.js'
import { StpReader } from '@/lab/decoders/stpReader.js'

const SIZES_BYTES = 6

/** STP over TCP: one packet of the end that connected, and nothing else. @see protocols/stp/WIRE.md, "TCP" */
export class StpDecoder implements Decoder {
  readonly #packet = new StpReader()
  readonly #speaks: boolean
  #have = 0
  #told = false

  /** @param role of the end that speaks */
  constructor(role: Role) {
    this.#speaks = role === 'opener'
    this.#packet.begin()
  }

  read(chunk: Buffer): readonly Stretch[] {
    const found: Stretch[] = []
    for (let rest = chunk; rest.length > 0; ) {
      if (!this.#speaks || this.#packet.whole) return [...found, this.#surplus(rest)]
      const { bytes, meaning, endsField, endsMessage = false } = this.#packet.read(rest, false)
      const kind: WireKind = this.#have < SIZES_BYTES ? 'length' : 'payload'
      found.push({ kind, bytes, endsField, endsFrame: endsMessage, meaning })
      this.#have += bytes.length
      rest = rest.subarray(bytes.length)
    }
    return found
  }

  #surplus(bytes: Buffer): Stretch {
    const meaning = this.#speaks ? 'behind the one packet' : 'content of no meaning'
    const told = this.#told
    this.#told = true
    return { kind: 'bytes', bytes, endsField: false, endsFrame: false, meaning: told ? '' : meaning }
  }

  end(): string | undefined {
    if (!this.#speaks || this.#packet.whole) return undefined
    return this.#have === 0 ? 'it ends without a packet' : `it ends ${this.#packet.place}`
  }
}
