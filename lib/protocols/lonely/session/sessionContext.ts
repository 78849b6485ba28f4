import type { Clock } from '@/core/index.js'
import type { Auth } from '@/protocols/lonely/auth/authScheme.js'
import type { BodyStore } from '@/protocols/lonely/bodies/bodyStore.js'
import type { RandomSource } from '@/protocols/lonely/randomSource.js'
import type { Zstd } from '@/protocols/lonely/zstd.js'

/** What the sessions of one broadcaster, or of one subscriber, share. */
export interface SessionContext {
  readonly auth: Auth
  readonly bodies: BodyStore
  readonly clock: Clock
  /** Undefined when this process cannot compress, or is told not to. */
  readonly zstd: Zstd | undefined
  readonly random: RandomSource
  /** The time of day, in milliseconds since the epoch. */
  readonly nowMs: () => number
}
