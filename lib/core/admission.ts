import { socketBelow } from '@/core/socketBelow.js'
import { Tally } from '@/core/tally.js'

/** How many sockets a server bears. */
export interface AdmissionLimits {
  readonly connectionLimit: number
  readonly connectionLimitPerAddress: number
  readonly openingLimitPerAddress: number
}

/**
 * Who may come in: how many sockets there are, in all and from each address, those included whose `connInit` runs; and
 * how many of an address are still at the door, in their TLS or opening handshake or being turned away.
 */
export class Admission {
  readonly #limitPerAddress: number
  readonly #doorLimit: number
  #limit: number
  #total = 0
  readonly #inside = new Tally()
  readonly #waiting = new Tally()
  /** Those at the door that are counted, and where they come from. */
  readonly #door = new Map<unknown, string>()

  constructor({ connectionLimit, connectionLimitPerAddress, openingLimitPerAddress }: AdmissionLimits) {
    this.#limit = connectionLimit
    this.#limitPerAddress = connectionLimitPerAddress
    this.#doorLimit = openingLimitPerAddress
  }

  get limit(): number {
    return this.#limit
  }

  /** Those that are there stay. @param inside all sockets that have entered and not left */
  change(limit: number, inside: Iterable<unknown>): void {
    this.#limit = limit
    this.#inside.clear()
    for (const socket of inside) this.#inside.add(this.#origin(socket, this.#limitPerAddress))
  }

  /** It stands at the door until `opened`. @returns false when too many of its address do; then it is not counted */
  knock(socket: unknown): boolean {
    const from = this.#origin(socket, this.#doorLimit)
    if (from === '') return true
    if (this.#waiting.of(from) >= this.#doorLimit) return false
    this.#waiting.add(from)
    this.#door.set(socket, from)
    return true
  }

  /** It stands there no more: it has opened, or is gone. Does nothing when that was so before. */
  opened(socket: unknown): void {
    const from = this.#door.get(socket)
    if (from === undefined) return
    this.#door.delete(socket)
    this.#waiting.remove(from)
  }

  /** @returns whether there was a place, which is now taken */
  enter(socket: unknown): boolean {
    const from = this.#origin(socket, this.#limitPerAddress)
    const crowded = from !== '' && this.#inside.of(from) >= this.#limitPerAddress
    if (crowded || this.#total >= this.#limit) return false
    this.#total++
    this.#inside.add(from)
    return true
  }

  /** It gives its place back, and stands at the door no more. */
  leave(socket: unknown): void {
    this.#total--
    this.#inside.remove(this.#origin(socket, this.#limitPerAddress))
    this.opened(socket)
  }

  /** Where a socket comes from, even after its end; not asked where no limit depends on it, for each answer is kept. */
  #origin(socket: unknown, limitPerAddress: number): string {
    if (limitPerAddress >= this.#limit) return ''
    return socketBelow(socket)?.remoteAddress ?? ''
  }
}
