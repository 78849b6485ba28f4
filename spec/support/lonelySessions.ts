import { type Auth, noAuth, type Relay } from '@/protocols/lonely/index.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import { BodyStore } from '@/protocols/lonely/bodies/bodyStore.js'
import {
  type BroadcasterOptions,
  type BroadcasterSettings,
  broadcasterSettings,
} from '@/protocols/lonely/broadcaster/broadcasterOptions.js'
import { BroadcasterSession } from '@/protocols/lonely/broadcaster/broadcasterSession.js'
import type { Broker } from '@/protocols/lonely/broadcaster/broker.js'
import { InProcessRelay } from '@/protocols/lonely/broadcaster/inProcessRelay.js'
import { Switchboard } from '@/protocols/lonely/broadcaster/switchboard.js'
import { parseToBroadcaster, parseToSubscriber, serialize } from '@/protocols/lonely/codecs.js'
import type { MessageOf, ToBroadcaster, ToSubscriber } from '@/protocols/lonely/messages.js'
import type { SubscriberContext, SubscriberEars } from '@/protocols/lonely/subscriber/subscriberContext.js'
import { type SubscriberOptions, subscriberSettings } from '@/protocols/lonely/subscriber/subscriberOptions.js'
import { SubscriberSession } from '@/protocols/lonely/subscriber/subscriberSession.js'
import { sha512 } from '@/protocols/lonely/sha512.js'
import type { Zstd } from '@/protocols/lonely/zstd.js'
import { CONFIGURE, CONFIRM_CONFIGURE, confirmReceive, continueReceive } from './lonelySamples.js'
import { ManualClock } from './manualClock.js'
import { turns } from './turns.js'

const NO_AUTH: Auth = { toBroadcaster: noAuth(), toSubscriber: noAuth() }

/** What a session of ours has said, and whether it still goes on. */
class Said<M extends ToBroadcaster | ToSubscriber> {
  readonly all: M[] = []
  /** Of its messages, in bytes. */
  readonly sizes: number[] = []
  failure: Error | undefined

  get types(): M['type'][] {
    return this.all.map(({ type }) => type)
  }

  /** Those of one type, in order. */
  of<T extends M['type']>(type: T): Extract<M, { type: T }>[] {
    return this.all.filter((message): message is Extract<M, { type: T }> => message.type === type)
  }
}

/** A broker whose parts are given. */
export const brokerOf = (
  settings: BroadcasterSettings,
  switchboard: Switchboard,
  parts: Partial<Omit<Broker, 'settings'>> = {},
): Broker => ({
  settings,
  auth: NO_AUTH,
  bodies: new BodyStore(settings),
  clock: new ManualClock(),
  zstd: undefined,
  random: (bytes) => Buffer.alloc(bytes),
  nowMs: () => 0,
  publish: (topic, body) => switchboard.publish(topic, body),
  subscribe: (session, pattern, done) => switchboard.subscribe(session, pattern, done),
  unsubscribe: (session, pattern) => switchboard.unsubscribe(session, pattern),
  ...parts,
})

/** Our broadcaster without sockets: connections are made by asking for them, and time passes when a spec says so. */
export class BroadcasterBench {
  readonly clock = new ManualClock()
  readonly switchboard: Switchboard
  readonly #broker: Broker

  private constructor(switchboard: Switchboard, options: BroadcasterOptions, zstd: Zstd | undefined) {
    this.switchboard = switchboard
    const settings = broadcasterSettings(options)
    const { nowMs = () => 0 } = options
    const auth = { ...NO_AUTH, ...options.auth }
    const bodies = new BodyStore(settings, options.spoolFolder)
    this.#broker = brokerOf(settings, switchboard, { auth, bodies, clock: this.clock, zstd, nowMs })
  }

  static async open(options: BroadcasterOptions = {}, zstd?: Zstd): Promise<BroadcasterBench> {
    let drawn = 0
    const identifier = (bytes: number): Buffer => {
      const drawing = Buffer.alloc(bytes)
      drawing.writeUInt32BE(++drawn)
      return drawing
    }
    const relay: Relay = options.relay ?? new InProcessRelay()
    const switchboard = new Switchboard(identifier, broadcasterSettings(options))
    await switchboard.join(relay)
    return new BroadcasterBench(switchboard, options, zstd)
  }

  get bodies(): BodyStore {
    return this.#broker.bodies
  }

  /** A connection that has said nothing. */
  connect(): BroadcasterEnd {
    return new BroadcasterEnd(this.#broker)
  }

  /** One that has said CONFIGURE. */
  async configured(configure: Partial<MessageOf<'CONFIGURE'>> = {}): Promise<BroadcasterEnd> {
    const end = this.connect()
    await end.hear({ ...CONFIGURE, ...configure })
    return end
  }
}

/** The broadcaster's end of one connection. */
export class BroadcasterEnd extends Said<ToSubscriber> {
  readonly session: BroadcasterSession
  #acknowledged = 0
  #missingBytes = 0n

  constructor(broker: Broker) {
    super()
    this.session = new BroadcasterSession(broker, {
      send: (message) => {
        this.sizes.push(message.length)
        this.all.push(parseToSubscriber(message))
      },
      failed: (error) => {
        this.failure = error
      },
    })
  }

  /** Is told messages, one after the other; all that can come of them has come then. */
  async hear(...messages: readonly (ToBroadcaster | Buffer)[]): Promise<void> {
    for (const message of messages) {
      try {
        this.session.receive(Buffer.isBuffer(message) ? message : serialize(message))?.catch(this.#failed)
        await turns()
      } catch (error) {
        this.#failed(error)
      }
    }
    await turns(3)
  }

  /** Acknowledges parts as a subscriber does, in order: so many, or all that come of it. @returns how many they were */
  async acknowledge(most = Number.POSITIVE_INFINITY): Promise<number> {
    let done = 0
    for (; done < most; done++) {
      const part = this.of('RECEIVE_STREAM')[this.#acknowledged]
      if (part === undefined) break
      this.#acknowledged++
      this.#missingBytes = (part.start?.compressedLength ?? this.#missingBytes) - BigInt(part.payload.length)
      const { identifier, partId } = part
      await this.hear(this.#missingBytes === 0n ? confirmReceive(identifier) : continueReceive(identifier, partId))
    }
    return done
  }

  readonly #failed = (error: unknown): void => {
    this.failure ??= error instanceof Error ? error : new Error('thrown', { cause: error })
    this.session.end()
  }
}

/** Our subscriber's end of one connection, without a socket. */
export class SubscriberEnd extends Said<ToBroadcaster> {
  readonly clock = new ManualClock()
  readonly session: SubscriberSession
  readonly received: string[] = []
  readonly missed: string[] = []
  readonly context: SubscriberContext
  readonly started: Promise<void>

  /** @param room what the application says to each body: a promise while it has no room for more */
  constructor(
    options: Partial<SubscriberOptions> = {},
    { zstd, room }: { readonly zstd?: Zstd | undefined; readonly room?: () => void | Promise<void> } = {},
  ) {
    super()
    const settings = subscriberSettings({ broadcasters: ['127.0.0.1:1'], ...options })
    const { nowMs = () => 0 } = options
    let drawn = 0
    const random = (bytes: number): Buffer => {
      const drawing = Buffer.alloc(bytes)
      drawing.writeUInt32BE(bytes === 4 ? ++drawn : 0)
      return drawing
    }
    const auth = { ...NO_AUTH, ...options.auth }
    const bodies = new BodyStore(settings, options.spoolFolder)
    this.context = { settings, auth, bodies, clock: this.clock, zstd, random, nowMs }
    const ears: SubscriberEars = {
      received: (_topic: Buffer, body: Body) => {
        this.received.push(String(body.bytes))
        return room?.()
      },
      missed: (topic) => void this.missed.push(topic.toString()),
    }
    this.session = new SubscriberSession(
      this.context,
      {
        send: (message) => void this.all.push(parseToBroadcaster(message)),
        failed: (error) => {
          this.failure = error
        },
      },
      ears,
    )
    this.started = this.session.start()
    this.started.catch(() => {})
  }

  /** One that the broadcaster has confirmed. */
  static async configured(...parts: ConstructorParameters<typeof SubscriberEnd>): Promise<SubscriberEnd> {
    const end = new SubscriberEnd(...parts)
    while (end.all.length === 0) await turns()
    await end.hear(CONFIRM_CONFIGURE)
    return end
  }

  /** Is told messages, one after the other; all that can come of them has come then. */
  async hear(...messages: readonly (ToSubscriber | Buffer)[]): Promise<void> {
    for (const message of messages) {
      try {
        await this.session.receive(Buffer.isBuffer(message) ? message : serialize(message))
      } catch (error) {
        this.failure ??= error instanceof Error ? error : new Error('thrown', { cause: error })
        this.session.end(this.failure)
      }
    }
    await turns(3)
  }

  /**
   * Notifies as the application would; who does not wait for it need not mind when it fails.
   * @returns how many it reached, when that is confirmed
   */
  notify(topic: string, body: Buffer): Promise<number> {
    const reached = this.#notify(topic, body)
    reached.catch(() => {})
    return reached
  }

  async #notify(topic: string, body: Buffer): Promise<number> {
    const kept = await this.context.bodies.keep(body, sha512(body))
    try {
      return await this.session.notify(Buffer.from(topic), kept)
    } finally {
      kept.release()
    }
  }
}
