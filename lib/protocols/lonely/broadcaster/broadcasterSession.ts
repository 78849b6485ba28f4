import { asBuffer } from '@/bytes/asBuffer.js'
import type { Cancel } from '@/core/index.js'
import { ConnectionUrls } from '@/protocols/lonely/auth/connectionUrls.js'
import type { ToBroadcasterClaim } from '@/protocols/lonely/auth/claim.js'
import type { DictionaryLimits } from '@/protocols/lonely/broadcaster/broadcasterOptions.js'
import type { Broker } from '@/protocols/lonely/broadcaster/broker.js'
import { type Delivery, FIRST_DICTIONARY } from '@/protocols/lonely/broadcaster/delivery.js'
import { NotifyDesk } from '@/protocols/lonely/broadcaster/notifyDesk.js'
import { Outgoing } from '@/protocols/lonely/broadcaster/outgoing.js'
import { SubscribeDesk } from '@/protocols/lonely/broadcaster/subscribeDesk.js'
import {
  customControl,
  disableControl,
  type OfferedDictionary,
  presetControl,
} from '@/protocols/lonely/broadcaster/zstdControls.js'
import { parseToBroadcaster } from '@/protocols/lonely/codecs.js'
import type {
  ConfirmReceive,
  Configure,
  ContinueReceive,
  NotifyStream,
  ToBroadcaster,
} from '@/protocols/lonely/messages.js'
import type { Compressors } from '@/protocols/lonely/compressors.js'
import { compressorsOf } from '@/protocols/lonely/session/preset.js'
import { Lane } from '@/protocols/lonely/session/lane.js'
import { lonelyTimeout } from '@/protocols/lonely/session/lonelyTimeout.js'
import { NO_TRACING } from '@/protocols/lonely/session/noTracing.js'
import { Patience } from '@/protocols/lonely/session/patience.js'
import { thrownError } from '@/protocols/lonely/session/thrownError.js'
import { after } from '@/protocols/lonely/session/after.js'
import { verify } from '@/protocols/lonely/session/verify.js'
import type { Wire } from '@/protocols/lonely/session/wire.js'
import { TransportError } from '@/errors.js'

/** The parts of a session that is open. */
interface Open {
  readonly urls: ConnectionUrls
  readonly outgoing: Outgoing
  readonly subscriptions: SubscribeDesk
  readonly notifications: NotifyDesk
  /** Undefined when nothing is compressed on this connection. */
  readonly compressors: Compressors | undefined
  /** Custom dictionaries are welcome. */
  readonly training: boolean
}

type State =
  | { readonly at: 'configuring'; readonly alarm: Cancel }
  | ({ readonly at: 'open' } & Open)
  | { readonly at: 'over' }

const NONCE_BYTES = 32
const KEPT_DICTIONARIES = 2n

/**
 * The broadcaster's end of one connection, without the connection: messages in, messages out, a clock. Requests are
 * handled one after the other; acknowledgements do not wait behind them, or a notification could wait for room that
 * only an acknowledgement behind it makes.
 */
export class BroadcasterSession {
  readonly #broker: Broker
  readonly #wire: Wire
  readonly #requests: Lane
  readonly #acknowledgements: Lane
  /** With a notification that has begun. */
  readonly #nextPart: Patience
  #state: State
  /** That have been given. */
  #dictionaries = 0

  constructor(broker: Broker, wire: Wire) {
    this.#broker = broker
    this.#wire = wire
    const { maxPendingRequests, maxPendingBytes, configureTimeoutMs, partTimeoutMs } = broker.settings
    const failed = (error: unknown): void => this.#fail(error)
    this.#requests = new Lane(failed, maxPendingRequests, maxPendingBytes)
    this.#acknowledgements = new Lane(failed, maxPendingRequests, maxPendingBytes)
    this.#nextPart = new Patience(broker.clock, {
      limitMs: partTimeoutMs,
      excused: () => this.#owes,
      lost: () => failed(lonelyTimeout('the next part of a body', partTimeoutMs)),
    })
    const late = (): void => failed(lonelyTimeout('CONFIGURE', configureTimeoutMs))
    const alarm = configureTimeoutMs === 0 ? (): void => {} : broker.clock.after(configureTimeoutMs, late)
    this.#state = { at: 'configuring', alarm }
  }

  /** What waits to leave; nothing before the session is open. */
  get backlog(): { readonly queued: number; readonly unacknowledged: number } {
    return this.#state.at === 'open' ? this.#state.outgoing.backlog : { queued: 0, unacknowledged: 0 }
  }

  /**
   * One message of the subscriber.
   * @param bytes not to be changed any more
   * @returns a promise while no more should be read
   * @throws TransportError LONELY_MALFORMED, LONELY_UNEXPECTED, AUTHORIZATION_REFUSED and others; the session is over
   * then
   */
  receive(bytes: Buffer): void | Promise<void> {
    const state = this.#state
    if (state.at === 'over') return
    const message = parseToBroadcaster(bytes)
    if (state.at === 'configuring') return this.#configure(message, state.alarm)
    switch (message.type) {
      case 'CONTINUE_RECEIVE':
      case 'CONFIRM_RECEIVE':
        return this.#acknowledge(message, state)
      case 'SUBSCRIBE_EXACT':
      case 'SUBSCRIBE_GLOB':
      case 'UNSUBSCRIBE_EXACT':
      case 'UNSUBSCRIBE_GLOB': {
        const url = state.urls.nextOfSubscriber()
        return this.#requests.run(() => state.subscriptions.handle(message, url), bytes.length)
      }
      case 'NOTIFY':
        return this.#requests.run(() => state.notifications.notify(message), bytes.length)
      case 'NOTIFY_STREAM':
        return this.#requests.run(() => this.#takePart(message, state), bytes.length)
      case 'CONFIGURE':
        throw new TransportError('LONELY_UNEXPECTED', { type: message.type, problem: 'it is configured already' })
    }
  }

  /** @returns whether it was queued; a promise while the queue is full */
  offer(delivery: Delivery): boolean | Promise<boolean> {
    return this.#state.at === 'open' ? this.#state.outgoing.offer(delivery) : false
  }

  /** Tells the subscriber that something on this topic may have passed it. */
  missed(topic: Buffer): void {
    if (this.#state.at === 'open') this.#state.outgoing.missed(topic)
  }

  /**
   * Gives the subscriber a dictionary, if it wants any, and takes back the last but one.
   * @returns whether it wants any
   */
  offerDictionary(dictionary: OfferedDictionary, use: Required<DictionaryLimits>): boolean {
    if (this.#state.at !== 'open' || !this.#state.training) return false
    const { outgoing, compressors, urls } = this.#state
    if (compressors === undefined) return false
    const identifier = FIRST_DICTIONARY + BigInt(this.#dictionaries++)
    const retired = identifier - KEPT_DICTIONARIES
    if (retired >= FIRST_DICTIONARY) outgoing.control(disableControl(retired, compressors, urls))
    const { level, minBytes: minSize, maxBytes } = use
    outgoing.control(
      customControl(identifier, dictionary, { level, minSize, maxSize: BigInt(maxBytes) }, compressors, urls),
    )
    return true
  }

  /** Ends it if it has acknowledged nothing for so long, so that its bodies make room for others. */
  makeRoom(afterMs: number): void {
    if (this.#state.at === 'open') this.#state.outgoing.makeRoom(afterMs)
  }

  /** It cannot go on, as what it asks for costs the others too much. */
  fail(error: unknown): void {
    this.#fail(error)
  }

  /** The connection is gone. */
  end(): void {
    const state = this.#state
    this.#state = { at: 'over' }
    this.#requests.stop()
    this.#acknowledgements.stop()
    this.#nextPart.stop()
    if (state.at === 'configuring') state.alarm()
    if (state.at !== 'open') return
    state.outgoing.end()
    state.notifications.end()
    state.subscriptions.end()
  }

  #configure(message: ToBroadcaster, alarm: Cancel): void | Promise<void> {
    if (message.type !== 'CONFIGURE') {
      throw new TransportError('LONELY_UNEXPECTED', { type: message.type, awaits: 'CONFIGURE' })
    }
    const { authorization, tracing = NO_TRACING, subscriberNonce, enableZstd, enableTraining, initialDict } = message
    const claim = { kind: 'configure', tracing, subscriberNonce, enableZstd, enableTraining, initialDict } as const
    return after(this.#check(claim, authorization, false), () => {
      if (this.#state.at !== 'configuring') return
      alarm()
      this.#open(message)
    })
  }

  #open({ subscriberNonce, enableZstd, enableTraining, initialDict }: Configure): void {
    const { settings, zstd: own, random } = this.#broker
    const broadcasterNonce = Buffer.from(random(NONCE_BYTES))
    const urls = new ConnectionUrls(subscriberNonce, broadcasterNonce)
    const compressors = enableZstd && own !== undefined ? compressorsOf(own, settings) : undefined
    const outgoing = new Outgoing(this.#broker, this.#wire, urls, compressors)
    const subscriptions = new SubscribeDesk(this.#broker, this, outgoing)
    const notifications = new NotifyDesk(this.#broker, outgoing, compressors)
    const training = compressors !== undefined && enableTraining
    this.#state = { at: 'open', urls, outgoing, subscriptions, notifications, compressors, training }
    outgoing.control({
      claim: () => ({ kind: 'confirmConfigure', tracing: NO_TRACING, broadcasterNonce }),
      message: (authorization) => ({ type: 'CONFIRM_CONFIGURE', authorization, tracing: NO_TRACING, broadcasterNonce }),
    })
    if (compressors === undefined) return
    for (const preset of settings.presets) {
      if (preset.id === 1 || preset.id === initialDict)
        outgoing.control(presetControl(preset.id, preset, compressors, urls))
    }
  }

  #takePart(message: NotifyStream, { notifications }: Open): void | Promise<void> {
    return after(notifications.part(message), () => this.#nextPart.expect(notifications.midway))
  }

  /** Something has come that is not done yet, or waits to be said: the subscriber may be waiting for us. */
  get #owes(): boolean {
    const answers = this.#state.at === 'open' && this.#state.outgoing.holdsAnswers
    return answers || this.#requests.busy || this.#acknowledgements.busy
  }

  #acknowledge(message: ContinueReceive | ConfirmReceive, state: Open): void | Promise<void> {
    const { authorization, tracing = NO_TRACING } = message
    const url = state.urls.nextOfSubscriber()
    const identifier = asBuffer(message.identifier)
    const claim: ToBroadcasterClaim =
      message.type === 'CONTINUE_RECEIVE'
        ? { kind: 'continueReceive', tracing, identifier, partId: message.partId, url }
        : { kind: 'confirmReceive', tracing, identifier, subscribers: message.numSubscribers, url }
    const check = (): void | Promise<void> =>
      after(this.#check(claim, authorization, true), () => state.outgoing.acknowledged(message))
    return this.#acknowledgements.run(check, 0)
  }

  #check(claim: ToBroadcasterClaim, authorization: string | undefined, singular: boolean): void | Promise<void> {
    return verify(this.#broker.auth.toBroadcaster, claim, authorization, { nowMs: this.#broker.nowMs(), singular })
  }

  #fail(error: unknown): void {
    if (this.#state.at === 'over') return
    this.end()
    this.#wire.failed(thrownError(error))
  }
}
