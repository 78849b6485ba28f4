import { Deque } from '@/bytes/deque.js'
import { type Abortable, type Client, type Clock, ConnectionDetails, onAbort } from '@/core/index.js'
import { CourierConnection } from '@/protocols/pyile/courierConnection.js'
import { SendException } from '@/protocols/pyile/exceptions.js'
import { type PeerAddress, peerName } from '@/protocols/pyile/peerAddress.js'
import type { PeerSettings } from '@/protocols/pyile/peerOptions.js'
import type { Making, Wire } from '@/protocols/pyile/wire.js'
import { TransportError, wordsOf } from '@/errors.js'

/**
 * Brings messages to peers, each on a connection of its own. Those to one peer arrive in the order in which they were
 * given; those to different peers do not wait for each other.
 */
export class Courier {
  readonly #client: Client<CourierConnection>
  readonly #clock: Clock
  readonly #settings: PeerSettings
  /** The last delivery to each peer. */
  readonly #lanes = new Map<string, Promise<unknown>>()
  #waiting = 0
  #sending = 0
  readonly #starters = new Deque<() => void>()
  #open = true

  constructor(wire: Wire, settings: PeerSettings, raised: Making<CourierConnection>['raised']) {
    const limits = { idleTimeoutMs: 0, maxMessageBytes: MAX_RECEIPT_BYTES }
    this.#client = wire.client(limits, { create: () => new CourierConnection(), raised })
    this.#clock = wire.clock
    this.#settings = settings
  }

  /** Nothing is done unless so many more may wait. @throws SendException OUTBOX_FULL */
  assertRoom(count: number): void {
    const limit = this.#settings.maxWaitingMessages
    if (this.#waiting + count > limit) throw new SendException('OUTBOX_FULL', { waiting: this.#waiting, limit })
  }

  /**
   * @returns the alias in the receipt, or undefined when there was none
   * @throws SendException PEER_UNREACHABLE, ABORTED; NOT_OPEN after `close`
   */
  deliver(to: PeerAddress, bytes: Buffer, { signal }: Abortable = {}): Promise<string | undefined> {
    const options = signal === undefined ? {} : { signal }
    const lane = peerName(to)
    this.#waiting++
    const delivery = (this.#lanes.get(lane) ?? Promise.resolve())
      .then(() => this.#inTurn(() => this.#bring(to, bytes, options)))
      .finally(() => {
        this.#waiting--
        if (this.#lanes.get(lane) === settled) this.#lanes.delete(lane)
      })
    const settled = delivery.catch(ignore)
    this.#lanes.set(lane, settled)
    return signal === undefined ? delivery : orAborted(delivery, signal)
  }

  /** Gives up what is under way and what waits. */
  async close(): Promise<void> {
    this.#open = false
    await this.#client.destroy()
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#sending >= this.#settings.maxSendingMessages) {
      await new Promise<void>((resolve) => this.#starters.push(resolve))
    } else {
      this.#sending++
    }
    try {
      return await work()
    } finally {
      const next = this.#starters.shift()
      if (next === undefined) this.#sending--
      else next()
    }
  }

  async #bring([host, port]: PeerAddress, bytes: Buffer, { signal }: Abortable): Promise<string | undefined> {
    const abort = signal === undefined ? {} : { signal }
    if (!this.#open) throw new SendException('NOT_OPEN', { what: 'peer' })
    try {
      const connection = await this.#client.connectTo(new ConnectionDetails(host, port), abort)
      try {
        await connection.transmit(bytes, abort)
        return await connection.receipt(this.#clock, this.#settings.receiptTimeoutMs, abort)
      } finally {
        connection.close().catch(ignore)
      }
    } catch (cause) {
      const why = cause instanceof TransportError ? cause.code : wordsOf(cause)
      throw new SendException('PEER_UNREACHABLE', { peer: `${host}:${port}`, why }, { cause })
    }
  }
}

/** Whoever gives up need not wait for those before it. */
const orAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    onAbort(signal, work, () => reject(new SendException('ABORTED', {}, { cause: signal.reason })))
    work.then(resolve, reject)
  })

/** The largest message there may be, an alias and then some. */
const MAX_RECEIPT_BYTES = 131_072
const ignore = (): void => {}
