import type { Role } from '@/framings/framing.js'

/** What bytes are on the wire. Those of a `frame` are `length`, `payload` and `delimiter`; `bytes` are not understood. */
export type WireKind = 'opening' | 'length' | 'answer' | 'payload' | 'delimiter' | 'bytes'

/** Bytes that mean one thing. */
export interface Stretch {
  readonly kind: WireKind
  /** Never empty; shares memory with the chunk it came in. */
  readonly bytes: Buffer
  /** A frame is whole with it. */
  readonly endsFrame: boolean
  /** In words, such as `length 5` or `payload, 3 of 5 bytes`. */
  readonly meaning: string
}

/**
 * Looks on at one direction of a connection and says what passes. It never holds a byte back, changes nothing, and
 * throws nothing: what does not fit is `bytes` from there on.
 */
export interface Decoder {
  /** All of the chunk, cut where its meaning changes. Another cut of the same stream cuts no meaning in another way. */
  read(chunk: Buffer): readonly Stretch[]
  /** What it means that the stream ends here; undefined when this is a good place. */
  end(): string | undefined
}

/** The decoders of one connection, by the end that speaks. */
export type DecoderPair = Readonly<Record<Role, Decoder>>

/** How a protocol is read along: by name, for each connection anew. */
export interface Dialect {
  readonly name: string
  /** It knows where frames begin and end. */
  readonly frames: boolean
  decoders(): DecoderPair
}

/** A dialect whose two directions are read alike, and each for itself. */
export const dialectOf = (name: string, make: () => Decoder): Dialect => ({
  name,
  frames: true,
  decoders: () => ({ opener: make(), acceptor: make() }),
})
