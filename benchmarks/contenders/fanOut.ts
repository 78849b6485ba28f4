import type { Address, Arrivals, Messages } from 'framewright/bench'

/** Receivers of each notification. */
export const RECEIVERS = 10
export const TOPIC = 'bench/fan/out'
/** Notifications that wait for their confirmation at once. */
const IN_FLIGHT = 100

/** For contenders that are carried by TCP alone. */
export const portIn = (address: Address): number => ('port' in address ? address.port : 0)

/** Tells `arrivals` of a message when the last of all receivers has it; each must have them all, in order. */
export class FanOut {
  readonly #arrivals: Arrivals
  readonly #seen: number[]
  #told = 0

  constructor(arrivals: Arrivals, receivers = RECEIVERS) {
    this.#arrivals = arrivals
    this.#seen = Array.from({ length: receivers }, () => 0)
  }

  received(receiver: number, message: Buffer): void {
    const count = (this.#seen[receiver] ?? 0) + 1
    this.#seen[receiver] = count
    if (count > this.#told + 1 || Math.min(...this.#seen) < count) return
    this.#told++
    this.#arrivals.message(message)
  }
}

/** Sends all, so many at a time, each again as soon as an earlier one is confirmed. */
export const sendConfirmed = async (
  messages: Messages,
  notify: (message: Buffer) => Promise<unknown>,
): Promise<void> => {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < messages.count; index = next++) await notify(messages.at(index))
  }
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, messages.ahead / 2) }, lane))
}
