import { asBuffer } from '@/bytes/asBuffer.js'
import { wholeNumber } from '@/framings/wholeNumber.js'
import type { Compression, EnableZstdCustom, EnableZstdPreset } from '@/protocols/lonely/messages.js'
import { isSha512 } from '@/protocols/lonely/sha512.js'
import type { Zstd } from '@/protocols/lonely/zstd.js'
import { zstdRefused } from '@/protocols/lonely/zstdFrame.js'

/** What compression on one connection may cost. */
export interface CompressorLimits {
  /** Largest body compressed or decompressed. 1 to 268_435_456 bytes. @default 16_777_216 (16 MiB) */
  readonly maxBodyBytes?: number
  /** Largest dictionary accepted. 1 to 16_777_216 bytes. @default 262_144 (256 KiB) */
  readonly maxDictionaryBytes?: number
  /** Dictionaries made for this connection and not disabled. 0 to 1_024. @default 4 */
  readonly maxCustomDictionaries?: number
}

/** @see docs/limits.md */
export const COMPRESSOR_RANGES: Readonly<
  Record<keyof CompressorLimits, readonly [fallback: number, min: number, max: number]>
> = {
  maxBodyBytes: [16_777_216, 1, 268_435_456],
  maxDictionaryBytes: [262_144, 1, 16_777_216],
  maxCustomDictionaries: [4, 0, 1_024],
}

/** A body as it travels. */
export interface CompressedBody {
  readonly payload: Uint8Array
  /** Undefined when no enabled compressor is for bodies of this size; then the payload is the body itself. */
  readonly compression: Compression | undefined
}

/** One that is enabled. */
export interface Compressor {
  readonly identifier: bigint
  readonly level: number
  readonly minSize: number
  readonly maxSize: bigint
  readonly dictionary: Uint8Array | undefined
}

/**
 * Which of those that are for a body is used: the one enabled last, or the one for the smallest bodies, of equals the
 * first.
 */
export type Preference = 'newest' | 'smallest'

const NO_DICTIONARY = 1n
const FIRST_CUSTOM = 65_536n
/** Above it zstd takes hundreds of megabytes, and the other end names the level. */
const MAX_LEVEL = 19
const MIN_LEVEL = -131_072
/** Disabled dictionaries whose bodies may still be under way. */
const MAX_RETIRED = 2

/**
 * The compressors that are enabled on one connection, at either end of it: the broadcaster tells it what it sends, the
 * subscriber what it receives.
 * @see WIRE.md, "compression"
 */
export class Compressors {
  readonly #zstd: Zstd
  readonly #presets: ReadonlyMap<number, Uint8Array>
  readonly #limits: Required<CompressorLimits>
  readonly #preference: Preference
  /** In the order in which they were enabled. */
  readonly #enabled = new Map<bigint, Compressor>()
  readonly #retired = new Map<bigint, Compressor>()

  /**
   * @param presets dictionaries that both ends have beforehand, by identifier, 2 to 65_535
   * @param preference original broadcasters prefer the newest, original subscribers the smallest
   * @throws TransportError OPTION_INVALID
   */
  constructor(
    zstd: Zstd,
    presets: ReadonlyMap<number, Uint8Array> = new Map(),
    limits: CompressorLimits = {},
    preference: Preference = 'newest',
  ) {
    this.#zstd = zstd
    this.#preference = preference
    this.#presets = presets
    this.#limits = {
      maxBodyBytes: checked('maxBodyBytes', limits),
      maxDictionaryBytes: checked('maxDictionaryBytes', limits),
      maxCustomDictionaries: checked('maxCustomDictionaries', limits),
    }
    for (const identifier of presets.keys()) wholeNumber('presets', identifier, [2, 65_535])
  }

  /**
   * From now on bodies may be compressed with it.
   * @param own the dictionary is not from the wire: its digest has just been made, and it does not change, so it is
   * neither compared nor copied. Connections share it then
   * @throws TransportError ZSTD_REFUSED: it is enabled already, not known, too large, or not what its digest says
   */
  enable(message: EnableZstdPreset | EnableZstdCustom, own = false): void {
    const { identifier, compressionLevel, minSize, maxSize } = message
    // an original passes over it too
    if (message.type === 'ENABLE_ZSTD_PRESET' && identifier === 0n) return
    if (this.#enabled.has(identifier))
      throw zstdRefused('the compressor is enabled already', { identifier: String(identifier) })
    const dictionary = message.type === 'ENABLE_ZSTD_PRESET' ? this.#preset(identifier) : this.#custom(message, own)
    const level = Math.min(Math.max(compressionLevel, MIN_LEVEL), MAX_LEVEL)
    this.#retired.delete(identifier)
    this.#enabled.set(identifier, { identifier, level, minSize, maxSize, dictionary })
  }

  /**
   * From now on no body is compressed with it; those that were are still decompressed for a while.
   * @throws TransportError ZSTD_REFUSED: it is not enabled
   */
  disable(identifier: bigint): void {
    const compressor = this.#enabled.get(identifier)
    if (compressor === undefined) throw zstdRefused('the compressor is not enabled', { identifier: String(identifier) })
    this.#enabled.delete(identifier)
    this.#retired.set(identifier, compressor)
    for (const oldest of this.#retired.keys()) {
      if (this.#retired.size <= MAX_RETIRED) break
      this.#retired.delete(oldest)
    }
  }

  /** @param body not copied when it stays as it is @param compressor an enabled one, or undefined for none */
  compress(body: Uint8Array, compressor = this.choose(body.length)): CompressedBody {
    if (compressor === undefined) return { payload: body, compression: undefined }
    const payload = this.#zstd.compress(body, compressor.level, compressor.dictionary)
    const compression = { compressorId: compressor.identifier, decompressedLength: BigInt(body.length) }
    return { payload, compression }
  }

  /**
   * The body that was announced, whatever the sizes its compressor is for.
   * @throws TransportError ZSTD_REFUSED: nothing is enabled for it, it is too large, broken, or of another size
   */
  decompress(payload: Uint8Array, compression: Compression | undefined): Uint8Array {
    if (compression === undefined) return payload
    const { compressorId, decompressedLength } = compression
    const compressor = this.#enabled.get(compressorId) ?? this.#retired.get(compressorId)
    if (compressor === undefined)
      throw zstdRefused('the compressor is not enabled', { identifier: String(compressorId) })
    const limit = this.#limits.maxBodyBytes
    if (decompressedLength > BigInt(limit))
      throw zstdRefused('the body is larger than maxBodyBytes', { size: String(decompressedLength), limit })
    return this.#zstd.decompress(payload, Number(decompressedLength), compressor.dictionary)
  }

  /** The one for bodies of this size, if there is any. */
  choose(size: number): Compressor | undefined {
    let found: Compressor | undefined
    if (size > this.#limits.maxBodyBytes) return found
    for (const compressor of this.#enabled.values()) {
      if (size < compressor.minSize || BigInt(size) >= compressor.maxSize) continue
      if (found === undefined || this.#preference === 'newest' || compressor.minSize < found.minSize) found = compressor
    }
    return found
  }

  #preset(identifier: bigint): Uint8Array | undefined {
    if (identifier === NO_DICTIONARY) return undefined
    const dictionary = identifier < FIRST_CUSTOM ? this.#presets.get(Number(identifier)) : undefined
    if (dictionary === undefined) throw zstdRefused('the preset is not known', { identifier: String(identifier) })
    return dictionary
  }

  #custom({ identifier, dictionary, sha512 }: EnableZstdCustom, own: boolean): Uint8Array {
    if (identifier < FIRST_CUSTOM)
      throw zstdRefused('the identifier is one of a preset', { identifier: String(identifier) })
    const { maxDictionaryBytes, maxCustomDictionaries } = this.#limits
    if (dictionary.length > maxDictionaryBytes)
      throw zstdRefused('the dictionary is larger than maxDictionaryBytes', {
        size: dictionary.length,
        limit: maxDictionaryBytes,
      })
    let customs = 0
    for (const enabled of this.#enabled.keys()) if (enabled >= FIRST_CUSTOM) customs++
    if (customs >= maxCustomDictionaries)
      throw zstdRefused('maxCustomDictionaries are enabled already', { limit: maxCustomDictionaries })
    if (own) return dictionary
    if (!isSha512(sha512, dictionary)) throw zstdRefused('the dictionary has another digest')
    // a copy, since the message may be a view of much larger memory
    return asBuffer(Uint8Array.from(dictionary))
  }
}

const checked = (option: keyof CompressorLimits, given: CompressorLimits): number => {
  const [fallback, min, max] = COMPRESSOR_RANGES[option]
  return wholeNumber(option, given[option] ?? fallback, [min, max])
}
