import type { Clock } from '@/core/index.js'
import type { Auth } from '@/protocols/lonely/auth/authScheme.js'
import type { BodyStore } from '@/protocols/lonely/bodies/bodyStore.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { RandomSource } from '@/protocols/lonely/randomSource.js'
import type { Zstd } from '@/protocols/lonely/zstd.js'
import type { SubscriberSettings } from '@/protocols/lonely/subscriber/subscriberOptions.js'

/** What the sessions of one subscriber share. */
export interface SubscriberContext {
  readonly settings: SubscriberSettings
  readonly auth: Auth
  readonly bodies: BodyStore
  readonly clock: Clock
  /** Undefined when this process cannot compress, or is told not to. */
  readonly zstd: Zstd | undefined
  readonly random: RandomSource
  /** The time of day, in milliseconds since the epoch. */
  readonly nowMs: () => number
}

/** Whom a session tells what has come. */
export interface SubscriberEars {
  /**
   * A body, complete and compared. It is retained by whoever needs it when this returns.
   * @returns a promise while there is no room for more: the acknowledgement waits for it
   */
  received(topic: Buffer, body: Body): void | Promise<void>
  /** Something on this topic may not have come. */
  missed(topic: Buffer): void
}
