import { type Cancel, type Clock, Connection } from '@/core/index.js'
import { hostOf } from '@/protocols/pyile/peerAddress.js'
import { TransportError } from '@/errors.js'

/** Whose distribution connection it is. */
export interface Joiner {
  /** @returns false when it no longer waits for one, or cannot come in any more */
  distributionOpened(distribution: DistributionConnection): boolean
  destroy(cause: Error): void
}

/** What the distribution connections of an auth peer share. */
export interface DistributionDesk {
  readonly clock: Clock
  readonly pauseMs: number
  /** The joiner of this host that waits for its distribution connection. */
  readonly joinerOf: (host: string) => Joiner | undefined
}

/** The end that sends lists: each as soon as the one before is gone and the pause over, of those that wait the newest. */
export class DistributionConnection extends Connection {
  readonly #desk: DistributionDesk
  #member: Joiner | undefined
  #newest: Buffer | undefined
  #sending = false
  #pause: Cancel = ignore

  constructor(desk: DistributionDesk) {
    super()
    this.#desk = desk
  }

  push(list: Buffer): void {
    this.#newest = list
    this.#send()
  }

  /** The member has gone. */
  abandon(): void {
    this.#member = undefined
    this.close().catch(ignore)
  }

  protected override preLoop(): void {
    const joiner = this.#desk.joinerOf(hostOf(this.remoteAddress))
    // Set before it is told: it may send the first list at once.
    this.#member = joiner
    if (joiner?.distributionOpened(this) === true) return
    this.#member = undefined
    this.destroy(new TransportError('JOIN_DECLINED', { reason: 'nobody of this host is joining' }))
  }

  /** Nothing is to come from there. */
  protected override transmissionReceived(): void {}

  protected override postLoop(cause: Error | undefined): void {
    this.#pause()
    this.#member?.destroy(cause ?? new TransportError('REMOTE_ENDED', { connection: 'distribution' }))
  }

  #send(): void {
    const list = this.#newest
    if (this.#sending || list === undefined) return
    this.#newest = undefined
    this.#sending = true
    this.transmit(list).then(() => {
      this.#pause = this.#desk.clock.after(this.#desk.pauseMs, () => {
        this.#sending = false
        this.#send()
      })
    }, ignore)
  }
}

const ignore = (): void => {}
