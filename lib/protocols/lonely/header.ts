/** One header of the catalogue. */
export interface Header {
  /** As it is written with expanded headers, in lower case. */
  readonly name: string
  /** The name with its two bytes of length before it. */
  readonly encodedName: Buffer
}

const header = (name: string): Header => ({
  name,
  encodedName: Buffer.concat([Buffer.from([name.length >> 8, name.length & 0xff]), Buffer.from(name, 'latin1')]),
})

/** Every header of both directions. @see WIRE.md, "catalogue" */
export const HEADERS = {
  authorization: header('authorization'),
  authorizationBeforeTracing: header('x-authorization'),
  tracing: header('x-tracing'),
  topic: header('x-topic'),
  glob: header('x-glob'),
  identifier: header('x-identifier'),
  partId: header('x-part-id'),
  compressor: header('x-compressor'),
  compressedLength: header('x-compressed-length'),
  decompressedLength: header('x-decompressed-length'),
  compressedSha512: header('x-compressed-sha512'),
  subscriberNonce: header('x-subscriber-nonce'),
  broadcasterNonce: header('x-broadcaster-nonce'),
  enableZstd: header('x-enable-zstd'),
  enableTraining: header('x-enable-training'),
  initialDict: header('x-initial-dict'),
  subscribers: header('x-subscribers'),
  numSubscribers: header('x-num-subscribers'),
  compressionLevel: header('x-compression-level'),
  minSize: header('x-min-size'),
  maxSize: header('x-max-size'),
  sha512: header('x-sha512'),
} as const satisfies Record<string, Header>

/** Which form the headers of a message take; a reader accepts both at any time. */
export type HeaderForm = 'minimal' | 'expanded'

/** Flags and type stand before the headers. */
export const PREAMBLE_BYTES = 4
/** The flag that says that headers are minimal. */
export const MINIMAL = 1
export const MAX_VALUE_BYTES = 65_535
export const NONCE_BYTES = 32
export const SHA512_BYTES = 64
export const MAX_IDENTIFIER_BYTES = 64
/** Where an integer may have any width up to eight bytes. */
export const MAX_INTEGER_BYTES = 8
