import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { Pattern } from '@/protocols/lonely/session/pattern.js'

/** What a relay promises to those who use it. */
export interface RelayGuarantees {
  /** How far it reaches. */
  readonly reach: 'process' | 'machine' | 'network'
  /**
   * What one `publish` becomes at each other member while all is well. When it is not, members are told by `missed`.
   */
  readonly delivery: 'once' | 'at least once' | 'at most once'
  /** Whether the notifications of one member arrive at another in the order they were published. */
  readonly ordered: boolean
  /** Whether `publish` counts the subscribers of all members, or only those of the member itself. */
  readonly counted: boolean
}

/** One broadcaster, as a relay sees it. */
export interface RelayMember {
  /** Random, new at each start. */
  readonly id: string
  /**
   * A notification for the subscribers of this member, its own included.
   * @param body retained by the member as long as it needs it
   * @returns how many it was queued for
   */
  deliver(topic: Buffer, body: Body): number | Promise<number>
  /** Something on this topic may not have come through to this member. */
  missed(topic: Buffer): void
}

/** What a member does with a relay it has joined. */
export interface RelaySeat {
  /**
   * A notification for everybody, the member itself included.
   * @param body stays the caller's to release
   * @returns how many subscribers it was queued for
   */
  publish(topic: Buffer, body: Body): number | Promise<number>
  /**
   * The member's first subscription to a pattern has come, or its last has gone. Subscribers are told when it resolves.
   */
  interest(pattern: Pattern, wanted: boolean): void | Promise<void>
  /** The ids of all members known now, this one included. */
  members(): readonly string[]
  leave(): void | Promise<void>
}

/**
 * Carries notifications between broadcasters. The one in this process is the default; one over a cluster or a message
 * system implements the same.
 */
export interface Relay {
  readonly guarantees: RelayGuarantees
  join(member: RelayMember): RelaySeat | Promise<RelaySeat>
}
