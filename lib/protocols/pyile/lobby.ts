/** Who is waiting: told when it is its turn. */
interface Waiting<T> {
  readonly who: T
  readonly turn: () => void
}

/**
 * Those who are joining, by the host they come from. Nothing on the wire ties a distribution connection to a join but its
 * host; so of one host only one join at a time is at that step, and the others wait for their turn.
 */
export class Lobby<T> {
  readonly #mostOfHost: number
  readonly #present = new Map<string, number>()
  readonly #queues = new Map<string, Waiting<T>[]>()

  constructor(mostOfHost: number) {
    this.#mostOfHost = mostOfHost
  }

  /** @returns false when too many of this host are here; otherwise `depart` must follow */
  arrive(host: string): boolean {
    const present = this.#present.get(host) ?? 0
    if (present >= this.#mostOfHost) return false
    this.#present.set(host, present + 1)
    return true
  }

  /** It is no longer joining, whatever came of it; the next one of its host may go on. */
  depart(host: string, who: T): void {
    const present = (this.#present.get(host) ?? 0) - 1
    if (present > 0) this.#present.set(host, present)
    else this.#present.delete(host)
    const queue = this.#queues.get(host)
    if (queue === undefined) return
    const [before] = queue
    const rest = queue.filter((waiting) => waiting.who !== who)
    if (rest.length > 0) this.#queues.set(host, rest)
    else this.#queues.delete(host)
    if (before !== rest[0]) rest[0]?.turn()
  }

  /** Calls `turn` as soon as no other of this host stands before it; perhaps at once. */
  enter(host: string, who: T, turn: () => void): void {
    const queue = this.#queues.get(host) ?? []
    queue.push({ who, turn })
    this.#queues.set(host, queue)
    if (queue.length === 1) turn()
  }

  /** Whose turn it is among those of this host. */
  current(host: string): T | undefined {
    return this.#queues.get(host)?.[0]?.who
  }
}
