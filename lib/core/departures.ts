import type { Socket } from 'node:dgram'
import { onAbort, throwIfRefused } from '@/core/abort.js'
import { Deferred } from '@/core/deferred.js'
import type { ConnectionDetails } from '@/core/details.js'
import { systemCode, systemError } from '@/core/systemError.js'
import { TransportError } from '@/errors.js'

/** How large a datagram may be, and how much may be on its way to the system. */
export interface DepartureLimits {
  readonly maxDatagramBytes: number
  readonly maxUnsentDatagrams: number
  readonly maxUnsentBytes: number
}

/** What is on its way to the system: host names are looked up first, and the system may be slow. */
export class Departures {
  readonly #limits: DepartureLimits
  readonly #sent: (message: Uint8Array, to: ConnectionDetails) => void
  readonly #refused: (error: TransportError) => void
  readonly #unsent = new Set<Deferred>()
  #unsentBytes = 0

  /** @param sent the system took it @param refused it did not; neither may throw */
  constructor(
    limits: DepartureLimits,
    sent: (message: Uint8Array, to: ConnectionDetails) => void,
    refused: (error: TransportError) => void,
  ) {
    this.#limits = limits
    this.#sent = sent
    this.#refused = refused
  }

  /** Resolves when the system has taken it. @throws TransportError see `Datagrams.send` */
  async send(
    socket: Socket,
    message: Uint8Array,
    to: ConnectionDetails,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    this.#check(message)
    throwIfRefused(signal)
    const departure = new Deferred()
    this.#unsent.add(departure)
    this.#unsentBytes += message.length
    onAbort(signal, departure.promise, (error) => departure.reject(error))
    try {
      socket.send(message, to.port, to.host, (error) => {
        if (error !== null) return departure.reject(this.#failure(error, message, to))
        this.#sent(message, to)
        departure.resolve()
      })
      await departure.promise
    } catch (error) {
      throw systemError(error, 'DATAGRAM_UNSENT')
    } finally {
      this.#unsent.delete(departure)
      this.#unsentBytes -= message.length
    }
  }

  /** Resolves when nothing is on its way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#unsent].map(({ promise }) => promise))
  }

  /** What is on its way will not be taken any more. */
  abandon(error: TransportError): void {
    for (const departure of this.#unsent) departure.reject(error)
  }

  #check(message: Uint8Array): void {
    if (!(message instanceof Uint8Array)) throw new TransportError('NOT_BYTES', { given: typeof message })
    const { maxDatagramBytes, maxUnsentDatagrams, maxUnsentBytes } = this.#limits
    const bytes = message.length
    if (bytes > maxDatagramBytes) throw new TransportError('DATAGRAM_TOO_LARGE', { bytes, limit: maxDatagramBytes })
    const waiting = this.#unsent.size
    if (waiting >= maxUnsentDatagrams || (waiting > 0 && this.#unsentBytes + bytes > maxUnsentBytes))
      throw new TransportError('OUTBOX_FULL', { datagrams: waiting, bytes: this.#unsentBytes })
  }

  #failure(error: Error, message: Uint8Array, to: ConnectionDetails): TransportError {
    const detail = { to: to.toString(), bytes: message.length }
    const failure =
      systemCode(error) === 'EMSGSIZE'
        ? new TransportError('DATAGRAM_TOO_LARGE', { ...detail, system: 'EMSGSIZE' }, { cause: error })
        : systemError(error, 'DATAGRAM_UNSENT', detail)
    this.#refused(failure)
    return failure
  }
}
