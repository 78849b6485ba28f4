import { randomUUID } from 'node:crypto'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { BroadcasterSession } from '@/protocols/lonely/broadcaster/broadcasterSession.js'
import { Delivery } from '@/protocols/lonely/broadcaster/delivery.js'
import { Interests } from '@/protocols/lonely/broadcaster/interests.js'
import type { Relay, RelayMember, RelaySeat } from '@/protocols/lonely/broadcaster/relay.js'
import { SubscriptionTable } from '@/protocols/lonely/session/subscriptionTable.js'
import type { GlobLimits } from '@/protocols/lonely/glob.js'
import type { RandomSource } from '@/protocols/lonely/randomSource.js'
import type { Pattern } from '@/protocols/lonely/session/pattern.js'
import { TransportError } from '@/errors.js'

/** Nobody can be asked to have globs that are cheap for topics of any length. */
const LONG_TOPIC_BYTES = 1_024
/** Longer topics may cost more, in proportion. */
const USUAL_TOPIC_BYTES = 128
/** When a topic cost too much in all, so many are looked at for one whose globs alone are the reason. */
const MANY_SUSPECTS = 16

/** What globs may cost. */
export interface SwitchboardLimits extends GlobLimits {
  readonly maxMatchStepsPerConnection: number
}

/** Joins what one broadcaster's subscribers want to what the relay brings. */
export class Switchboard implements RelayMember {
  readonly id = randomUUID()
  readonly #table: SubscriptionTable<BroadcasterSession>
  readonly #random: RandomSource
  readonly #maxMatchStepsPerConnection: number
  #interests = this.#newInterests()
  #seat: RelaySeat | undefined

  /** @throws TransportError OPTION_INVALID */
  constructor(random: RandomSource, limits: SwitchboardLimits) {
    this.#random = random
    this.#maxMatchStepsPerConnection = limits.maxMatchStepsPerConnection
    this.#table = new SubscriptionTable(limits)
  }

  /** Different patterns that are subscribed to. */
  get patterns(): number {
    return this.#interests.size
  }

  async join(relay: Relay): Promise<void> {
    this.#interests = this.#newInterests()
    this.#seat = await relay.join(this)
  }

  async leave(): Promise<void> {
    const seat = this.#seat
    this.#seat = undefined
    await seat?.leave()
  }

  /** Ids of the broadcasters that the relay knows now. */
  get members(): readonly string[] {
    return this.#seat?.members() ?? []
  }

  /**
   * @param done called when the session is subscribed, before anything is offered to it
   * @throws TransportError GLOB_REFUSED
   */
  subscribe(session: BroadcasterSession, pattern: Pattern, done: () => void): void | Promise<void> {
    this.#table.check(pattern)
    const enter = (): void => {
      this.#table.add(pattern, session)
      done()
    }
    // The others have to know before the subscriber is told that it misses nothing.
    const known = this.#interests.want(pattern)
    return known === undefined ? enter() : known.then(enter)
  }

  /** Does nothing for a pattern that the session is not subscribed to. */
  unsubscribe(session: BroadcasterSession, pattern: Pattern): void | Promise<void> {
    if (this.#table.delete(pattern, session)) return this.#interests.forgo(pattern)
  }

  publish(topic: Buffer, body: Body): number | Promise<number> {
    if (this.#seat === undefined) throw new TransportError('NOT_OPEN', { what: 'relay' })
    return this.#seat.publish(topic, body)
  }

  deliver(topic: Buffer, body: Body): number | Promise<number> {
    const sessions = this.#match(topic)
    if (sessions.size === 0) return 0
    const delivery = new Delivery(topic, body, this.#random)
    let reached = 0
    let waiting: Promise<boolean>[] | undefined
    for (const session of sessions) {
      const taken = session.offer(delivery)
      if (typeof taken !== 'boolean') (waiting ??= []).push(taken)
      else if (taken) reached++
    }
    return waiting === undefined ? reached : reachedAlso(reached, waiting)
  }

  missed(topic: Buffer): void {
    for (const session of this.#match(topic)) session.missed(topic)
  }

  /**
   * Who is to get it. When that takes too long to find out, whoever is to blame pays: for a long topic who notifies it,
   * else whose globs alone take too long, else who has the costliest ones.
   * @throws TransportError MATCH_TOO_COSTLY
   */
  #match(topic: Buffer): ReadonlySet<BroadcasterSession> {
    if (topic.length > LONG_TOPIC_BYTES) return this.#table.match(topic)
    const allowed = Math.ceil(this.#maxMatchStepsPerConnection * Math.max(1, topic.length / USUAL_TOPIC_BYTES))
    for (;;) {
      let costly: BroadcasterSession | undefined
      try {
        const found = this.#table.match(topic)
        if (this.#table.steps > allowed) costly = this.#table.takingMore(topic, allowed, 1)
        if (costly === undefined) return found
      } catch (error) {
        costly = this.#table.takingMore(topic, allowed, MANY_SUSPECTS) ?? this.#table.costliest()
        if (costly === undefined) throw error
      }
      costly.fail(new TransportError('MATCH_TOO_COSTLY', { topicBytes: topic.length, allowedSteps: allowed }))
    }
  }

  /** A relay that is joined knows of nothing yet. */
  #newInterests(): Interests {
    return new Interests((pattern, wanted) => this.#seat?.interest(pattern, wanted))
  }
}

const reachedAlso = async (reached: number, waiting: readonly Promise<boolean>[]): Promise<number> =>
  reached + (await Promise.all(waiting)).filter(Boolean).length
