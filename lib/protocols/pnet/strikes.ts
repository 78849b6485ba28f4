import { TransportError } from '@/errors.js'

const MOST_IDS = 256
const MOST_STRIKES = 8

/**
 * How often each unknown id has been asked for. An original repeats a refused part for ever, hundreds of times a
 * second, until it is left without a reply.
 */
export class Strikes {
  readonly #counts = new Map<string, number>()

  /** @throws TransportError STREAM_UNKNOWN from the ninth time on, which leaves the peer without a reply */
  count(id: string): 'wrong id' {
    const strikes = (this.#counts.get(id) ?? 0) + 1
    this.#counts.delete(id)
    this.#counts.set(id, strikes)
    const [oldest] = this.#counts.keys()
    if (this.#counts.size > MOST_IDS && oldest !== undefined) this.#counts.delete(oldest)
    if (strikes > MOST_STRIKES) throw new TransportError('STREAM_UNKNOWN', { times: strikes })
    return 'wrong id'
  }
}
