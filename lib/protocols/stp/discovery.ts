import { type Cancel, systemError } from '@/core/index.js'
import type { Counting } from '@/protocols/stp/stpCounts.js'
import type { StpSettings } from '@/protocols/stp/stpOptions.js'
import { TransportError } from '@/errors.js'

/** Where somebody asked from, and where the answer goes. */
export interface Asker {
  readonly ip: string
  readonly tcpport: number
  readonly udpport: number | undefined
}

/** What discovery has done for it. */
export interface DiscoveryOwner {
  /** One request to all; never rejects. */
  sync(): Promise<void>
  /** One answer. @throws TransportError */
  answer(asker: Asker): Promise<void>
  /** It did not get through, or was one too many. */
  answerFailed(error: TransportError, asker: Asker): void
}

/** Asks for peers from time to time, and answers those who ask. */
export class Discovery {
  readonly #settings: StpSettings
  readonly #counts: Counting
  readonly #owner: DiscoveryOwner
  #timers: Cancel[] = []
  /** To whom an answer is under way. */
  readonly #answering = new Map<string, Promise<void>>()

  constructor(settings: StpSettings, counts: Counting, owner: DiscoveryOwner) {
    this.#settings = settings
    this.#counts = counts
    this.#owner = owner
  }

  start(): void {
    const { clock, firstSyncMs, syncMs } = this.#settings
    if (syncMs === 0) return
    const sync = (): void => void this.#owner.sync()
    this.#timers = [
      clock.after(firstSyncMs, () => {
        sync()
        this.#timers.push(clock.every(syncMs, sync))
      }),
    ]
  }

  stop(): void {
    for (const cancel of this.#timers) cancel()
    this.#timers = []
  }

  /** Resolves when no answer is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#answering.values())
  }

  /** One answer to each at a time, and a bounded number at once: anybody can ask in the name of anybody. */
  asked(asker: Asker): void {
    const place = `${asker.ip}:${asker.tcpport}`
    if (this.#answering.has(place)) return
    const { maxReplies } = this.#settings
    if (this.#answering.size >= maxReplies)
      return this.#failed(new TransportError('OUTBOX_FULL', { maxReplies }), asker)
    const answering = this.#answer(asker).finally(() => this.#answering.delete(place))
    this.#answering.set(place, answering)
  }

  async #answer(asker: Asker): Promise<void> {
    try {
      await this.#owner.answer(asker)
      this.#counts.requestsAnswered++
    } catch (error) {
      this.#failed(systemError(error, 'CONNECT_FAILED'), asker)
    }
  }

  #failed(error: TransportError, asker: Asker): void {
    this.#counts.requestsUnanswered++
    this.#owner.answerFailed(error, asker)
  }
}
