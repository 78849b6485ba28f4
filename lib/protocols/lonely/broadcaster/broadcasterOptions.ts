import { checkRanges, type AddressLike, type ServerOptions } from '@/core/index.js'
import type { Auth } from '@/protocols/lonely/auth/authScheme.js'
import { BODY_RANGES, type BodyLimits } from '@/protocols/lonely/bodies/bodyStore.js'
import type { BroadcasterConnection } from '@/protocols/lonely/broadcaster/broadcasterConnection.js'
import type { SlowPolicy } from '@/protocols/lonely/broadcaster/deliveryQueue.js'
import type { Relay } from '@/protocols/lonely/broadcaster/relay.js'
import { GLOB_RANGES, type GlobLimits } from '@/protocols/lonely/glob.js'
import type { HeaderForm } from '@/protocols/lonely/header.js'
import type { RandomSource } from '@/protocols/lonely/randomSource.js'
import type { Preset } from '@/protocols/lonely/session/preset.js'
import type { Zstd } from '@/protocols/lonely/zstd.js'
import { oneOf } from '@/protocols/lonely/session/oneOf.js'

/** The numbers of a broadcaster. */
export interface BroadcasterLimits extends BodyLimits, GlobLimits {
  /**
   * Largest message of ours, headers included; bodies are cut to it. 1_024 to 2^30 bytes. @default 3_670_016 (3.5 MiB)
   */
  readonly maxSendBytes?: number
  /**
   * Messages with bodies that one subscriber may have unacknowledged; the original allows 3. 1 to 65_536. @default 64
   */
  readonly windowMessages?: number
  /**
   * Their bytes; one may always be under way. 1 to 2^40 bytes.
   * @default 11_010_048 (10.5 MiB), three of the largest messages
   */
  readonly windowBytes?: number
  /** Bodies that may wait for one subscriber. 1 to 1_000_000. @default 255 */
  readonly maxQueuedMessages?: number
  /**
   * Their bytes; one may always wait. 1 to 2^50 bytes.
   * @default 4_294_967_296 (4 GiB): bodies are shared, and large ones in files
   */
  readonly maxQueuedBytes?: number
  /** Bodies in files that may wait for one subscriber; one may always wait. 1 to 1_000_000. @default 16 */
  readonly maxQueuedFiles?: number
  /** Bodies of one notifier that are in files while somebody still needs them. 1 to 1_000_000. @default 64 */
  readonly maxFilesPerNotifier?: number
  /**
   * A subscriber is slow when a notification finds its queue full and no room comes about for this long; 0 is at once.
   * 0 to 2^31-1 ms.
   * @default 5_000
   */
  readonly slowAfterMs?: number
  /**
   * Requests of one subscriber that may wait to be handled before it is no longer read from. 1 to 65_536. @default 255
   */
  readonly maxPendingRequests?: number
  /** Their bytes. 65_536 to 2^40 bytes. @default 33_554_432 (32 MiB) */
  readonly maxPendingBytes?: number
  /** Subscriptions of one connection. 1 to 10_000_000. @default 10_000 */
  readonly maxSubscriptions?: number
  /** Bytes of their topics and globs. 1 to 2^40 bytes. @default 1_048_576 (1 MiB) */
  readonly maxSubscriptionBytes?: number
  /**
   * Steps of about 60 ns that finding its globs alone may take for a topic of up to 128 bytes, and in proportion for one
   * of up to 1 KiB; then it closes. 100 to 2^40. @default 5_000
   */
  readonly maxMatchStepsPerConnection?: number
  /** A connection must be configured within this time. 0 to 2^31-1 ms; 0 waits for ever. @default 5_000 */
  readonly configureTimeoutMs?: number
  /**
   * A notification in parts that has begun goes on within this time. 0 to 2^31-1 ms; 0 waits for ever. @default 120_000
   */
  readonly partTimeoutMs?: number
  /**
   * A subscriber acknowledges the next of the messages it was sent within this time. 0 to 2^31-1 ms; 0 waits for ever.
   * @default 300_000
   */
  readonly acknowledgeTimeoutMs?: number
  /**
   * Silence on a WebSocket after which it is asked for a sign of life; as much again for the answer. 0 to 2^31-1 ms; 0
   * never asks.
   * @default 20_000
   */
  readonly pingMs?: number
}

/** How a dictionary that is sent is to be used. */
export interface DictionaryLimits {
  /** Of compression. -32_768 to 32_767; hmac cannot sign a negative one. @default 3 */
  readonly level?: number
  /** Bodies from this size on are compressed with it. 0 to 2^32-1 bytes. @default 32 */
  readonly minBytes?: number
  /** Bodies below this size are. 0 to 2^53-1 bytes. @default 16_384 */
  readonly maxBytes?: number
}

/** Defaults and ranges. */
export const DICTIONARY_RANGES = {
  level: [3, -32_768, 32_767],
  minBytes: [32, 0, 2 ** 32 - 1],
  maxBytes: [16_384, 0, Number.MAX_SAFE_INTEGER],
} as const

/** Where WebSockets are accepted. */
export interface WebSocketListen {
  /** `HOST:PORT` or `PORT`; port 0 picks one. */
  readonly listen: AddressLike
  /** @default '/v1/websocket' */
  readonly path?: string
}

/** How a broadcaster listens and how it treats its subscribers. */
export interface BroadcasterOptions
  extends Omit<ServerOptions<BroadcasterConnection>, 'handler' | 'framing' | 'plugins'>,
    BroadcasterLimits {
  /** A half that is missing is `noAuth()`. @default none both ways */
  readonly auth?: Partial<Auth>
  /** Of TCP connections: `length` is 4 bytes big-endian and nothing else. Both ends must agree. @default 'handshake' */
  readonly framing?: 'handshake' | 'length'
  /** Needs the optional package `ws`. @default none */
  readonly webSocket?: WebSocketListen
  /** What carries notifications to other broadcasters. @default one of its own, in this process */
  readonly relay?: Relay
  /** @default 'disconnect' */
  readonly slowPolicy?: SlowPolicy
  /**
   * Compressors that subscribers may be offered: number 1 to all that want zstd, another to those that ask for it.
   * Empty for none.
   * @default number 1, level 3, for bodies of 16_384 bytes and more
   */
  readonly presets?: readonly Preset[]
  /** `off` never compresses. @default what this runtime, or the optional package, can do */
  readonly zstd?: Zstd | 'off'
  /** @default 'minimal' */
  readonly headers?: HeaderForm
  /**
   * Which parts of a body move the counter. `first` is for original subscribers under hmac that are sent bodies of
   * several parts: they count so. @default 'every'
   */
  readonly partCounting?: 'every' | 'first'
  /** Folder of the files that hold large bodies. @default the system's temporary folder */
  readonly spoolFolder?: string
  /** For specs. @default the system's */
  readonly random?: RandomSource
  /** The time of day in milliseconds since the epoch, for authorizations; for specs. @default the system's */
  readonly nowMs?: () => number
}

/** Defaults and ranges of its own; those of bodies and globs come to them. */
export const BROADCASTER_RANGES = {
  maxSendBytes: [3_670_016, 1_024, 2 ** 30],
  windowMessages: [64, 1, 65_536],
  windowBytes: [11_010_048, 1, 2 ** 40],
  maxQueuedMessages: [255, 1, 1_000_000],
  maxQueuedBytes: [4_294_967_296, 1, 2 ** 50],
  maxQueuedFiles: [16, 1, 1_000_000],
  maxFilesPerNotifier: [64, 1, 1_000_000],
  slowAfterMs: [5_000, 0, 2 ** 31 - 1],
  maxPendingRequests: [255, 1, 65_536],
  maxPendingBytes: [33_554_432, 65_536, 2 ** 40],
  maxSubscriptions: [10_000, 1, 10_000_000],
  maxSubscriptionBytes: [1_048_576, 1, 2 ** 40],
  maxMatchStepsPerConnection: [5_000, 100, 2 ** 40],
  configureTimeoutMs: [5_000, 0, 2 ** 31 - 1],
  partTimeoutMs: [120_000, 0, 2 ** 31 - 1],
  acknowledgeTimeoutMs: [300_000, 0, 2 ** 31 - 1],
  pingMs: [20_000, 0, 2 ** 31 - 1],
} as const

/** The number that stands for no bound. */
export const NO_MAX_SIZE = 2n ** 64n - 1n

/** What the original offers every subscriber that wants zstd. */
const PLAIN_ZSTD: Preset = { id: 1, level: 3, minSize: 16_384, maxSize: NO_MAX_SIZE, dictionary: undefined }

/** Checked, with every default filled in. */
export interface BroadcasterSettings extends Readonly<Required<BroadcasterLimits>> {
  readonly slowPolicy: SlowPolicy
  readonly presets: readonly Preset[]
  readonly headers: HeaderForm
  readonly partCounting: 'every' | 'first'
}

/** @throws TransportError OPTION_INVALID */
export const broadcasterSettings = (options: BroadcasterOptions): BroadcasterSettings => {
  const { slowPolicy = 'disconnect', headers = 'minimal', partCounting = 'every', presets = [PLAIN_ZSTD] } = options
  return {
    ...checkRanges<BroadcasterLimits>(options, { ...BODY_RANGES, ...GLOB_RANGES, ...BROADCASTER_RANGES }),
    slowPolicy: oneOf('slowPolicy', slowPolicy, ['disconnect', 'skip']),
    headers: oneOf('headers', headers, ['minimal', 'expanded']),
    partCounting: oneOf('partCounting', partCounting, ['every', 'first']),
    presets,
  }
}
