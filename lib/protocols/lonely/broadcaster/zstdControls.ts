import type { ConnectionUrls } from '@/protocols/lonely/auth/connectionUrls.js'
import { NO_TRACING } from '@/protocols/lonely/broadcaster/delivery.js'
import type { Control } from '@/protocols/lonely/broadcaster/outgoing.js'
import type { Compressors } from '@/protocols/lonely/compressors.js'
import type { EnableZstdCustom, EnableZstdPreset } from '@/protocols/lonely/messages.js'
import { sha512 } from '@/protocols/lonely/sha512.js'

/** How a compressor is to be used. */
export interface CompressorUse {
  readonly level: number
  /** Bodies from `minSize` on and below `maxSize` bytes are compressed with it. */
  readonly minSize: number
  readonly maxSize: bigint
}

/** Announces a compressor both ends have; from then on it is used. */
export const presetControl = (
  id: number,
  { level, minSize, maxSize }: CompressorUse,
  compressors: Compressors,
  urls: ConnectionUrls,
): Control => {
  const identifier = BigInt(id)
  const message = (authorization: string | undefined): EnableZstdPreset => ({
    type: 'ENABLE_ZSTD_PRESET',
    authorization,
    tracing: NO_TRACING,
    identifier,
    compressionLevel: level,
    minSize,
    maxSize,
  })
  return {
    claim: () => {
      const url = urls.nextOfBroadcaster()
      return { kind: 'enableZstdPreset', tracing: NO_TRACING, url, compressor: identifier, level, minSize, maxSize }
    },
    message,
    sent: () => compressors.enable(message(undefined)),
  }
}

/** Sends a dictionary; from then on it is used. */
export const customControl = (
  identifier: bigint,
  dictionary: Buffer,
  { level, minSize, maxSize }: CompressorUse,
  compressors: Compressors,
  urls: ConnectionUrls,
): Control => {
  const digest = sha512(dictionary)
  const message = (authorization: string | undefined): EnableZstdCustom => ({
    type: 'ENABLE_ZSTD_CUSTOM',
    authorization,
    tracing: NO_TRACING,
    identifier,
    compressionLevel: level,
    minSize,
    maxSize,
    sha512: digest,
    dictionary,
  })
  return {
    claim: () => {
      const url = urls.nextOfBroadcaster()
      const common = { tracing: NO_TRACING, url, compressor: identifier, level, minSize, maxSize, digest }
      return { kind: 'enableZstdCustom', ...common }
    },
    message,
    sent: () => compressors.enable(message(undefined)),
  }
}

/** Takes a dictionary back. What the subscriber sends with it meanwhile is still read. */
export const disableControl = (identifier: bigint, compressors: Compressors, urls: ConnectionUrls): Control => ({
  claim: () => {
    const url = urls.nextOfBroadcaster()
    return { kind: 'disableZstdCustom', tracing: NO_TRACING, compressor: identifier, url }
  },
  message: (authorization) => ({ type: 'DISABLE_ZSTD_CUSTOM', authorization, tracing: NO_TRACING, identifier }),
  sent: () => compressors.disable(identifier),
})
