import { socketBelow } from '@/core/socketBelow.js'

/** Who may come in: how many sockets there are, in all and from each address, those included whose `connInit` runs. */
export class Admission {
  readonly #limitPerAddress: number
  #limit: number
  #total = 0
  readonly #perAddress = new Map<string, number>()

  constructor(limit: number, limitPerAddress: number) {
    this.#limit = limit
    this.#limitPerAddress = limitPerAddress
  }

  get limit(): number {
    return this.#limit
  }

  /** Those that are there stay. @param inside all sockets that have entered and not left */
  change(limit: number, inside: Iterable<unknown>): void {
    this.#limit = limit
    this.#perAddress.clear()
    for (const socket of inside) this.#count(this.#origin(socket))
  }

  /** @returns whether there was a place, which is now taken */
  enter(socket: unknown): boolean {
    const from = this.#origin(socket)
    const crowded = from !== '' && (this.#perAddress.get(from) ?? 0) >= this.#limitPerAddress
    if (crowded || this.#total >= this.#limit) return false
    this.#total++
    this.#count(from)
    return true
  }

  leave(socket: unknown): void {
    this.#total--
    const from = this.#origin(socket)
    const left = (this.#perAddress.get(from) ?? 1) - 1
    if (left === 0) this.#perAddress.delete(from)
    else this.#perAddress.set(from, left)
  }

  #count(from: string): void {
    if (from !== '') this.#perAddress.set(from, (this.#perAddress.get(from) ?? 0) + 1)
  }

  /** Where a socket comes from, even after its end; not asked where no limit depends on it, for each answer is kept. */
  #origin(socket: unknown): string {
    if (this.#limitPerAddress >= this.#limit) return ''
    return socketBelow(socket)?.remoteAddress ?? ''
  }
}
