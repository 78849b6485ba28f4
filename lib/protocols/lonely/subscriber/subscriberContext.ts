import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { SessionContext } from '@/protocols/lonely/session/sessionContext.js'
import type { SubscriberSettings } from '@/protocols/lonely/subscriber/subscriberOptions.js'

/** What the sessions of one subscriber share. */
export interface SubscriberContext extends SessionContext {
  readonly settings: SubscriberSettings
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
