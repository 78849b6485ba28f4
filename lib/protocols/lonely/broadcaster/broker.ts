import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { BroadcasterSettings } from '@/protocols/lonely/broadcaster/broadcasterOptions.js'
import type { BroadcasterSession } from '@/protocols/lonely/broadcaster/broadcasterSession.js'
import type { Pattern } from '@/protocols/lonely/session/pattern.js'
import type { SessionContext } from '@/protocols/lonely/session/sessionContext.js'

/** What the sessions of one broadcaster share. */
export interface Broker extends SessionContext {
  readonly settings: BroadcasterSettings
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
