import type { Clock } from '@/core/index.js'
import type { Dialect } from '@/lab/decoders/decoder.js'
import type { Compared } from '@/lab/replay/comparison.js'

/** When to say the next: as soon as what came before it is there, or not before the time of the recording either. */
export type Pace = 'fast' | 'recorded'

/** The numbers of a replay. */
export interface ReplayLimits {
  /** Silence of the other end, longer than in the recording by so much, ends it. 1 to 2^31-1. @default 5_000 */
  readonly stepTimeoutMs?: number
  /** Until the address has been reached. 1 to 2^31-1. @default 5_000 */
  readonly connectTimeoutMs?: number
  /** Where the recording has no end of the other end, it has so long to say more. 1 to 2^31-1. @default 250 */
  readonly lingerMs?: number
  /** Further differences are only counted. 1 to 100_000. @default 16 */
  readonly maxDifferences?: number
}

/** Defaults and ranges. */
export const REPLAY_RANGES = {
  stepTimeoutMs: [5_000, 1, 2 ** 31 - 1],
  connectTimeoutMs: [5_000, 1, 2 ** 31 - 1],
  lingerMs: [250, 1, 2 ** 31 - 1],
  maxDifferences: [16, 1, 100_000],
} as const

/** How a conversation is replayed. */
export interface ReplayOptions extends ReplayLimits {
  /** @default 'fast' */
  readonly pace?: Pace
  /** How differences are read along, by name or of one's own. @default as recorded, or 'raw' */
  readonly dialect?: string | Dialect
  /** Ends it. @default never */
  readonly signal?: AbortSignal
  /** The time; for specs. @default the system's */
  readonly clock?: Clock
}

/** What came of a replay. */
export interface ReplayReport extends Compared {
  /** Its number in the recording. */
  readonly conversation: number
  readonly sentBytes: number
  readonly receivedBytes: number
  readonly tookMs: number
  /** Nothing differed. */
  readonly same: boolean
}
