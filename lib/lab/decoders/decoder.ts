import type { Role } from '@/framings/framing.js'

/** What bytes are on the wire. Those of a `frame` are `length`, `payload` and `delimiter`; `bytes` are not understood. */
export type WireKind = 'opening' | 'length' | 'answer' | 'payload' | 'delimiter' | 'bytes'

/** Bytes that mean one thing. */
export interface Stretch {
  readonly kind: WireKind
  /** Never empty; shares memory with the chunk it came in. */
  readonly bytes: Buffer
  /** What `meaning` tells of is whole with it. Up to there several stretches may follow each other, one for each chunk. */
  readonly endsField: boolean
  /** A frame is whole with it. */
  readonly endsFrame: boolean
  /** In words of printable ASCII, such as `length 5` or `payload, 3 of 5 bytes`. */
  readonly meaning: string
}

/**
 * Looks on at one direction of a connection and says what passes. It never holds a byte back, changes nothing, throws
 * nothing, and keeps a few kilobytes at most: what does not fit is `bytes` from there on.
 */
export interface Decoder {
  /**
   * All of the chunk, cut where its meaning changes. However the same stream is cut into chunks, its fields end at the
   * same bytes, and what is said of a whole field is the same, but for `3 of 3 bytes` where it came in several.
   */
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
  /** One end answers what the other announces, as over the handshake. @default true */
  readonly answers?: boolean
  decoders(): DecoderPair
}

/**
 * A dialect whose two directions are read each for itself.
 * @param make of what that end says
 * @param answers whether one end answers what the other announces
 */
export const dialectOf = (name: string, make: (role: Role) => Decoder, answers = true): Dialect => ({
  name,
  frames: true,
  answers,
  decoders: () => ({ opener: make('opener'), acceptor: make('acceptor') }),
})
