import type { AddressLike } from '@/core/index.js'
import type { Auth } from '@/protocols/lonely/auth/authScheme.js'
import { Broadcaster } from '@/protocols/lonely/broadcaster/broadcaster.js'
import type { BroadcasterConnection } from '@/protocols/lonely/broadcaster/broadcasterConnection.js'
import type { BroadcasterOptions } from '@/protocols/lonely/broadcaster/broadcasterOptions.js'
import type { Gap } from '@/protocols/lonely/subscriber/gap.js'
import { Subscriber } from '@/protocols/lonely/subscriber/subscriber.js'
import type { SubscriberOptions } from '@/protocols/lonely/subscriber/subscriberOptions.js'
import type { Subscription } from '@/protocols/lonely/subscriber/subscription.js'
import type { TransportError } from '@/errors.js'

/** The ways there are between two of our ends. */
export const WAYS = ['handshake framing', 'length prefix', 'WebSocket'] as const
export type Way = (typeof WAYS)[number]

/** A broadcaster that remembers why its connections ended. */
export class WatchedBroadcaster extends Broadcaster {
  readonly ends: (Error | undefined)[] = []
  readonly raised: TransportError[] = []

  protected override connShutdown(_id: string, _connection: BroadcasterConnection, cause: Error | undefined): void {
    this.ends.push(cause)
  }

  protected override errorRaised(error: TransportError): void {
    this.raised.push(error)
  }
}

/** A subscriber that writes down what happens to it. */
export class WatchedSubscriber extends Subscriber {
  readonly events: string[] = []
  readonly gaps: Gap[] = []
  readonly raised: TransportError[] = []
  #waiting: (() => void)[] = []

  protected override established(): void {
    this.#note('established')
  }

  protected override lost(): void {
    this.#note('lost')
  }

  protected override abandoned(): void {
    this.#note('abandoned')
  }

  protected override mayHaveMissed(gap: Gap, _subscription: Subscription): void {
    this.gaps.push(gap)
    this.#note('gap')
  }

  protected override errorRaised(error: TransportError): void {
    this.raised.push(error)
  }

  /** Resolves when `event` has happened so many times. */
  async happened(event: string, times = 1): Promise<void> {
    while (this.events.filter((one) => one === event).length < times)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #note(event: string): void {
    this.events.push(event)
    for (const tell of this.#waiting.splice(0)) tell()
  }
}

const framingOf = (way: Way): { readonly framing: 'handshake' | 'length' } => ({
  framing: way === 'length prefix' ? 'length' : 'handshake',
})

/** A broadcaster that listens, and what connects to it; everything is closed with it. */
export class LonelyStage implements AsyncDisposable {
  readonly broadcaster: WatchedBroadcaster
  readonly #way: Way
  readonly #auth: () => Partial<Auth>
  readonly #subscribers: WatchedSubscriber[] = []

  private constructor(way: Way, broadcaster: WatchedBroadcaster, auth: () => Partial<Auth>) {
    this.#way = way
    this.broadcaster = broadcaster
    this.#auth = auth
  }

  /**
   * Nobody is slow because the machine is.
   * @param auth makes the schemes of one end
   */
  static async open(
    way: Way,
    options: BroadcasterOptions = {},
    auth: () => Partial<Auth> = () => ({}),
  ): Promise<LonelyStage> {
    const listens = way === 'WebSocket' ? { webSocket: { listen: '127.0.0.1:0' } } : { listen: [0] }
    const broadcaster = new WatchedBroadcaster({
      ...listens,
      ...framingOf(way),
      auth: auth(),
      slowAfterMs: 60_000,
      ...options,
    })
    await broadcaster.start()
    return new LonelyStage(way, broadcaster, auth)
  }

  /** Where subscribers find it. */
  get address(): AddressLike {
    const { webSocketAddress } = this.broadcaster
    if (this.#way !== 'WebSocket' || webSocketAddress === undefined) return this.broadcaster.address
    return `ws://${webSocketAddress.toString()}`
  }

  /** Not connected yet. */
  subscriber(options: Partial<SubscriberOptions> = {}): WatchedSubscriber {
    const common = { broadcasters: [this.address], ...framingOf(this.#way), auth: this.#auth() }
    const subscriber = new WatchedSubscriber({ ...common, ...options })
    this.#subscribers.push(subscriber)
    return subscriber
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#subscribers.map((subscriber) => subscriber.destroy()))
    await this.broadcaster.destroy()
  }
}
