import type { Sending } from '@/bench/contender.js'
import { type Load, Messages } from '@/bench/messages.js'

/** Connections that are being made at once: less than a listening socket lets wait. */
const AT_ONCE = 100

/** Many connections of one process, all to the same server. */
export class Crowd {
  readonly #members: readonly Sending[]

  private constructor(members: readonly Sending[]) {
    this.#members = members
  }

  /** So many connections, the next as soon as one is there. */
  static async of(count: number, connect: () => Promise<Sending>): Promise<Crowd> {
    const members: Sending[] = []
    let begun = 0
    const maker = async (): Promise<void> => {
      while (begun < count) {
        begun++
        members.push(await connect())
      }
    }
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, maker))
    return new Crowd(members)
  }

  /** Makes the messages of a sample. @returns what sends them, on all connections at the same time */
  ready(load: Load): () => Promise<unknown> {
    const of = this.#members.length
    const sends = this.#members.map((member, lane) => {
      const messages = new Messages(load, { lane, of })
      return () => member.send(messages)
    })
    return () => Promise.all(sends.map((send) => send()))
  }
}
