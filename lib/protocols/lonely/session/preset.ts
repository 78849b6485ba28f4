import { COMPRESSOR_RANGES, Compressors, type Preference } from '@/protocols/lonely/compressors.js'
import type { Zstd } from '@/protocols/lonely/zstd.js'

/** A compressor that both ends have beforehand. */
export interface Preset {
  /** 1 is zstd without a dictionary; 2 to 65_535 have one. */
  readonly id: number
  /** -32_768 to 32_767; hmac cannot sign a negative one. */
  readonly level: number
  /** Bodies from this size on are compressed with it, in bytes. 0 to 2^32-1. */
  readonly minSize: number
  /** Bodies below this size are, in bytes; 2^64-1 is without bound. */
  readonly maxSize: bigint
  readonly dictionary: Uint8Array | undefined
}

/** The compressors of one connection, none of which is enabled yet. */
export const compressorsOf = (
  zstd: Zstd,
  limits: { readonly presets: readonly Pick<Preset, 'id' | 'dictionary'>[]; readonly maxBodyInMemoryBytes: number },
  preference: Preference = 'newest',
): Compressors => {
  const dictionaries = limits.presets.flatMap(({ id, dictionary }) =>
    dictionary === undefined ? [] : [[id, dictionary] as const],
  )
  const [, least, most] = COMPRESSOR_RANGES.maxBodyBytes
  const maxBodyBytes = Math.min(Math.max(limits.maxBodyInMemoryBytes, least), most)
  return new Compressors(
    zstd,
    new Map(dictionaries),
    { maxBodyBytes, maxDictionaryBytes: MAX_DICTIONARY_BYTES },
    preference,
  )
}

/** Largest dictionary that is sent or accepted. */
export const MAX_DICTIONARY_BYTES = 1_048_576
