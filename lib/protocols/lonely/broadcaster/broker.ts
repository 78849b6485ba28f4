import type { Clock } from '@/core/index.js'
import type { Auth } from '@/protocols/lonely/auth/authScheme.js'
import type { BodyStore } from '@/protocols/lonely/bodies/bodyStore.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { BroadcasterSettings } from '@/protocols/lonely/broadcaster/broadcasterOptions.js'
import type { BroadcasterSession } from '@/protocols/lonely/broadcaster/broadcasterSession.js'
import type { RandomSource } from '@/protocols/lonely/randomSource.js'
import type { Zstd } from '@/protocols/lonely/zstd.js'
import type { Pattern } from '@/protocols/lonely/session/pattern.js'

/** What the sessions of one broadcaster share. */
export interface Broker {
  readonly settings: BroadcasterSettings
  readonly auth: Auth
  readonly bodies: BodyStore
  readonly clock: Clock
  /** Undefined when this process cannot compress, or is told not to. */
  readonly zstd: Zstd | undefined
  readonly random: RandomSource
  /** The time of day, in milliseconds since the epoch. */
  readonly nowMs: () => number
  /** @returns how many subscribers it has been queued for. The body stays the caller's to release. */
  publish(topic: Buffer, body: Body): number | Promise<number>
  /**
   * A session wants what matches from now on.
   * @param done called when it is so, before anything that matches is offered
   * @throws TransportError GLOB_REFUSED
   */
  subscribe(session: BroadcasterSession, pattern: Pattern, done: () => void): void | Promise<void>
  unsubscribe(session: BroadcasterSession, pattern: Pattern): void | Promise<void>
}
