import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { Relay, RelayGuarantees, RelayMember, RelaySeat } from '@/protocols/lonely/broadcaster/relay.js'

/**
 * Carries notifications between the broadcasters of one process that are given the same relay. Bodies are not copied.
 * Interest is not kept: each member looks into its own table, which is where it would be looked up here.
 */
export class InProcessRelay implements Relay {
  readonly guarantees: RelayGuarantees = { reach: 'process', delivery: 'once', ordered: true, counted: true }
  readonly #members = new Set<RelayMember>()

  join(member: RelayMember): RelaySeat {
    this.#members.add(member)
    return {
      publish: (topic, body) => this.#publish(topic, body),
      interest: () => {},
      members: () => [...this.#members].map(({ id }) => id),
      leave: () => void this.#members.delete(member),
    }
  }

  #publish(topic: Buffer, body: Body): number | Promise<number> {
    let sum = 0
    const pending: Promise<number>[] = []
    for (const member of this.#members) {
      const reached = member.deliver(topic, body)
      if (typeof reached === 'number') sum += reached
      else pending.push(reached)
    }
    return pending.length === 0 ? sum : total(sum, pending)
  }
}

const total = async (sum: number, pending: readonly Promise<number>[]): Promise<number> =>
  (await Promise.all(pending)).reduce((all, one) => all + one, sum)
