import { type AddressLike, checkRanges, type ClientOptions } from '@/core/index.js'
import type { Auth } from '@/protocols/lonely/auth/authScheme.js'
import { BODY_RANGES, type BodyLimits } from '@/protocols/lonely/bodies/bodyStore.js'
import { GLOB_RANGES, type GlobLimits } from '@/protocols/lonely/glob.js'
import type { HeaderForm } from '@/protocols/lonely/header.js'
import type { RandomSource } from '@/protocols/lonely/randomSource.js'
import type { Preset } from '@/protocols/lonely/session/preset.js'
import type { Zstd } from '@/protocols/lonely/zstd.js'
import { oneOf } from '@/protocols/lonely/session/oneOf.js'
import type { SubscriberConnection } from '@/protocols/lonely/subscriber/subscriberConnection.js'

/** The numbers of a subscriber. */
export interface SubscriberLimits extends BodyLimits, GlobLimits {
  /**
   * Largest message of ours, headers included; bodies are cut to it. 1_024 to 2^30 bytes. @default 3_670_016 (3.5 MiB)
   */
  readonly maxSendBytes?: number
  /**
   * Requests that may be under way unanswered; an original broadcaster ends a connection at about 255. 1 to 65_536.
   * @default 200
   */
  readonly maxInFlight?: number
  /** Parts of one notification that may be under way unanswered. 1 to 65_536. @default 4 */
  readonly maxOpenParts?: number
  /**
   * Bodies that may wait for one subscription; beyond, the broadcaster gets no acknowledgement. 1 to 1_000_000.
   * @default 1_024
   */
  readonly maxWaitingMessages?: number
  /** Their bytes; one may always wait. 1 to 2^50 bytes. @default 67_108_864 (64 MiB) */
  readonly maxWaitingBytes?: number
  /** A connection must be configured within this time. 0 to 2^31-1 ms; 0 waits for ever. @default 5_000 */
  readonly configureTimeoutMs?: number
  /** A body in parts that has begun goes on within this time. 0 to 2^31-1 ms; 0 waits for ever. @default 120_000 */
  readonly partTimeoutMs?: number
  /**
   * The broadcaster answers the next of our requests within this time. 0 to 2^31-1 ms; 0 waits for ever.
   * @default 120_000
   */
  readonly confirmTimeoutMs?: number
  /** The first wait after a lost connection; each further one is twice as long. 1 to 2^31-1 ms. @default 250 */
  readonly retryBaseMs?: number
  /** The longest such wait. 1 to 2^31-1 ms. @default 30_000 */
  readonly retryCapMs?: number
  /**
   * Rounds through all broadcasters after a lost connection before giving up; 0 never gives up. 0 to 1_000_000.
   * @default 0
   */
  readonly maxRounds?: number
  /** A connection that lived this long was a good one: the waits begin anew. 0 to 2^31-1 ms. @default 1_000 */
  readonly stableAfterMs?: number
  /** How often one notification is sent when connections break under it. 1 to 1_000_000; 1 never repeats. @default 3 */
  readonly maxAttempts?: number
  /**
   * Silence on a WebSocket after which it is asked for a sign of life; as much again for the answer. 0 to 2^31-1 ms; 0
   * never asks.
   * @default 10_000
   */
  readonly pingMs?: number
  /** The preset dictionary asked for, 0 for none. 0 to 65_535. @default 0 */
  readonly initialDict?: number
}

/** Where a broadcaster is: as for TCP, or a `ws:` or `wss:` url. Those with a lower priority are tried first. */
export type BroadcasterAddress = AddressLike | { readonly address: AddressLike; readonly priority: number }

/** How a subscriber reaches its broadcasters and what it does then. */
export interface SubscriberOptions
  extends Omit<ClientOptions<SubscriberConnection>, 'handler' | 'framing' | 'plugins'>,
    SubscriberLimits {
  /** At least one; of equal priority, one is taken at random. */
  readonly broadcasters: readonly BroadcasterAddress[]
  /** A half that is missing is `noAuth()`. @default none both ways */
  readonly auth?: Partial<Auth>
  /** Of TCP connections: `length` is 4 bytes big-endian and nothing else. Both ends must agree. @default 'handshake' */
  readonly framing?: 'handshake' | 'length'
  /**
   * What this end has beforehand, under the ids the broadcaster uses; how they are used is for the broadcaster to say.
   * @default []
   */
  readonly presets?: readonly Pick<Preset, 'id' | 'dictionary'>[]
  /** Dictionaries the broadcaster sends are welcome. @default true */
  readonly training?: boolean
  /** `off` asks for no compression. @default what this runtime, or the optional package, can do */
  readonly zstd?: Zstd | 'off'
  /** @default 'minimal' */
  readonly headers?: HeaderForm
  /** Folder of the files that hold large bodies. @default the system's temporary folder */
  readonly spoolFolder?: string
  /** For specs. @default the system's */
  readonly random?: RandomSource
  /** The time of day in milliseconds since the epoch, for authorizations; for specs. @default the system's */
  readonly nowMs?: () => number
}

/** Defaults and ranges of its own; those of bodies and globs come to them. */
export const SUBSCRIBER_RANGES = {
  maxSendBytes: [3_670_016, 1_024, 2 ** 30],
  maxInFlight: [200, 1, 65_536],
  maxOpenParts: [4, 1, 65_536],
  maxWaitingMessages: [1_024, 1, 1_000_000],
  maxWaitingBytes: [67_108_864, 1, 2 ** 50],
  configureTimeoutMs: [5_000, 0, 2 ** 31 - 1],
  partTimeoutMs: [120_000, 0, 2 ** 31 - 1],
  confirmTimeoutMs: [120_000, 0, 2 ** 31 - 1],
  retryBaseMs: [250, 1, 2 ** 31 - 1],
  retryCapMs: [30_000, 1, 2 ** 31 - 1],
  maxRounds: [0, 0, 1_000_000],
  stableAfterMs: [1_000, 0, 2 ** 31 - 1],
  maxAttempts: [3, 1, 1_000_000],
  pingMs: [10_000, 0, 2 ** 31 - 1],
  initialDict: [0, 0, 65_535],
} as const

/** Checked, with every default filled in. */
export interface SubscriberSettings extends Readonly<Required<SubscriberLimits>> {
  readonly headers: HeaderForm
  readonly training: boolean
  readonly presets: readonly Pick<Preset, 'id' | 'dictionary'>[]
}

/** @throws TransportError OPTION_INVALID */
export const subscriberSettings = (options: SubscriberOptions): SubscriberSettings => ({
  ...checkRanges<SubscriberLimits>(options, { ...BODY_RANGES, ...GLOB_RANGES, ...SUBSCRIBER_RANGES }),
  headers: oneOf('headers', options.headers ?? 'minimal', ['minimal', 'expanded']),
  training: options.training ?? true,
  presets: options.presets ?? [],
})
