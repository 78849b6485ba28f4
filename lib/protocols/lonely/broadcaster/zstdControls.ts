import type { ConnectionUrls } from '@/protocols/lonely/auth/connectionUrls.js'
import type { Control } from '@/protocols/lonely/broadcaster/outgoing.js'
import type { Compressors } from '@/protocols/lonely/compressors.js'
import type { EnableZstdCustom, EnableZstdPreset } from '@/protocols/lonely/messages.js'
import { NO_TRACING } from '@/protocols/lonely/session/noTracing.js'

/** How a compressor is to be used. */
export interface CompressorUse {
  readonly level: number
  /** Bodies from `minSize` on and below `maxSize` bytes are compressed with it. */
  readonly minSize: number
  readonly maxSize: bigint
}

/** A dictionary that is sent to many connections. */
export interface OfferedDictionary {
  /** Not to be changed. */
  readonly bytes: Buffer
  readonly sha512: Buffer
}

/** Announces a compressor both ends have; from then on it is used. */
export const presetControl = (
  id: number,
  use: CompressorUse,
  compressors: Compressors,
  urls: ConnectionUrls,
): Control => {
  const identifier = BigInt(id)
  return enableControl(
    () => ({ kind: 'enableZstdPreset', ...claimed(identifier, use, urls) }),
    (authorization) => ({ type: 'ENABLE_ZSTD_PRESET', ...announced(identifier, use, authorization) }),
    compressors,
  )
}

/** Sends a dictionary; from then on it is used. */
export const customControl = (
  identifier: bigint,
  { bytes: dictionary, sha512: digest }: OfferedDictionary,
  use: CompressorUse,
  compressors: Compressors,
  urls: ConnectionUrls,
): Control =>
  enableControl(
    () => ({ kind: 'enableZstdCustom', ...claimed(identifier, use, urls), digest }),
    (authorization) => {
      const common = announced(identifier, use, authorization)
      return { type: 'ENABLE_ZSTD_CUSTOM', ...common, sha512: digest, dictionary }
    },
    compressors,
  )

/** As soon as the subscriber is told of a compressor, it is used. */
const enableControl = (
  claim: Control['claim'],
  message: (authorization: string | undefined) => EnableZstdPreset | EnableZstdCustom,
  compressors: Compressors,
): Control => ({ claim, message, sent: () => compressors.enable(message(undefined), true) })

const claimed = (compressor: bigint, { level, minSize, maxSize }: CompressorUse, urls: ConnectionUrls) =>
  ({ tracing: NO_TRACING, url: urls.nextOfBroadcaster(), compressor, level, minSize, maxSize }) as const

const announced = (
  identifier: bigint,
  { level: compressionLevel, minSize, maxSize }: CompressorUse,
  authorization: string | undefined,
) => ({ authorization, tracing: NO_TRACING, identifier, compressionLevel, minSize, maxSize }) as const

/** Takes a dictionary back. What the subscriber sends with it meanwhile is still read. */
export const disableControl = (identifier: bigint, compressors: Compressors, urls: ConnectionUrls): Control => ({
  claim: () => {
    const url = urls.nextOfBroadcaster()
    return { kind: 'disableZstdCustom', tracing: NO_TRACING, compressor: identifier, url }
  },
  message: (authorization) => ({ type: 'DISABLE_ZSTD_CUSTOM', authorization, tracing: NO_TRACING, identifier }),
  sent: () => compressors.disable(identifier),
})
