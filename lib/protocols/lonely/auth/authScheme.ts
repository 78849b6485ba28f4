import type { Claim, ToBroadcasterClaim, ToSubscriberClaim } from '@/protocols/lonely/auth/claim.js'

/**
 * What a check says. `unauthorized`: nothing was presented. `forbidden`: what was presented is wrong. `unavailable`: it
 * could not be checked. Anything but `ok` ends a connection; over HTTP they are 401, 403 and 503.
 */
export type Verdict = 'ok' | 'unauthorized' | 'forbidden' | 'unavailable'

/** What a check is told beside the claim. */
export interface CheckContext {
  /** Milliseconds since the epoch. */
  readonly nowMs: number
  /**
   * The claim names a place that occurs once only, such as a counter of this connection, so nothing can be repeated.
   */
  readonly singular?: boolean
}

/**
 * One way to vouch for messages, for one half: what goes to broadcasters, or what goes to subscribers. Implement it for
 * a scheme of your own. A promise is waited for, and messages of that connection wait with it; give the value itself
 * where you can.
 */
export interface AuthScheme<C extends Claim = Claim> {
  /**
   * Of a body that a subscriber receives, so many parts can be acknowledged under this scheme: a broadcaster makes the
   * parts of larger bodies larger.
   * @default any number
   */
  readonly maxParts?: number
  /** Once before the first use; one scheme may be set up by several owners, each of which tears it down once. */
  setUp?(): void | Promise<void>
  /** Once after the last use by whoever has set it up. */
  tearDown?(): void | Promise<void>
  /**
   * The text that goes with the message, at most 65_535 bytes of UTF-8; undefined for none.
   * @param nowMs milliseconds since the epoch
   * @throws TransportError CLAIM_UNSIGNABLE when the scheme has no text for these values
   */
  authorize(claim: C, nowMs: number): string | undefined | Promise<string | undefined>
  /**
   * Whether a text that came with a message is right for it. A throw counts as `unavailable`.
   * @param authorization undefined when there was none; on the wire the empty text is none, too
   */
  check(claim: C, authorization: string | undefined, context: CheckContext): Verdict | Promise<Verdict>
}

/** The schemes of a deployment, one for each half; they may differ. */
export interface Auth {
  /** For what subscribers send: subscriptions, notifications, acknowledgements. */
  readonly toBroadcaster: AuthScheme<ToBroadcasterClaim>
  /** For what broadcasters send, answers included. */
  readonly toSubscriber: AuthScheme<ToSubscriberClaim>
}
