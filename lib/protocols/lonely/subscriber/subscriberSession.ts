import { type Cancel, Deferred } from '@/core/index.js'
import type { ToSubscriberClaim } from '@/protocols/lonely/auth/claim.js'
import { ConnectionUrls } from '@/protocols/lonely/auth/connectionUrls.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import { parseToSubscriber, serialize } from '@/protocols/lonely/codecs.js'
import type {
  ConfirmConfigure,
  DisableZstdCustom,
  EnableZstdCustom,
  EnableZstdPreset,
  MessageOf,
  ReceiveStream,
  ToSubscriber,
} from '@/protocols/lonely/messages.js'
import type { Compressors } from '@/protocols/lonely/compressors.js'
import { compressorsOf } from '@/protocols/lonely/session/preset.js'
import { lonelyTimeout } from '@/protocols/lonely/session/lonelyTimeout.js'
import { NO_TRACING } from '@/protocols/lonely/session/noTracing.js'
import { Patience } from '@/protocols/lonely/session/patience.js'
import type { Pattern } from '@/protocols/lonely/session/pattern.js'
import { thrownError } from '@/protocols/lonely/session/thrownError.js'
import { after } from '@/protocols/lonely/session/after.js'
import { verify } from '@/protocols/lonely/session/verify.js'
import type { Wire } from '@/protocols/lonely/session/wire.js'
import { OutgoingBodies } from '@/protocols/lonely/subscriber/outgoingBodies.js'
import { ReceiveDesk } from '@/protocols/lonely/subscriber/receiveDesk.js'
import { SendDesk } from '@/protocols/lonely/subscriber/sendDesk.js'
import { SubscribeRequest } from '@/protocols/lonely/subscriber/subscribeRequest.js'
import type { SubscriberContext, SubscriberEars } from '@/protocols/lonely/subscriber/subscriberContext.js'
import { TransportError } from '@/errors.js'

interface Open {
  readonly urls: ConnectionUrls
  readonly desk: SendDesk
  readonly bodies: OutgoingBodies
  readonly received: ReceiveDesk
  /** Undefined when we have not asked for compression. */
  readonly compressors: Compressors | undefined
}

type State =
  | { readonly at: 'idle' }
  | { readonly at: 'configuring'; readonly nonce: Buffer; readonly alarm: Cancel }
  | ({ readonly at: 'open' } & Open)
  | { readonly at: 'over'; readonly error: Error }

const NONCE_BYTES = 32

/** The subscriber's end of one connection, without the connection: messages in, messages out, a clock. */
export class SubscriberSession {
  readonly #context: SubscriberContext
  readonly #wire: Wire
  readonly #ears: SubscriberEars
  readonly #configured = new Deferred()
  /** With a body that has begun. */
  readonly #nextPart: Patience
  #state: State = { at: 'idle' }

  constructor(context: SubscriberContext, wire: Wire, ears: SubscriberEars) {
    this.#context = context
    this.#wire = wire
    this.#ears = ears
    const { partTimeoutMs } = context.settings
    this.#nextPart = new Patience(context.clock, {
      limitMs: partTimeoutMs,
      // The broadcaster may not send more than its window before we acknowledge.
      excused: () => this.#state.at === 'open' && this.#state.desk.unacknowledged > 0,
      lost: () => this.#fail(lonelyTimeout('the next part of a body', partTimeoutMs)),
    })
  }

  /** The broadcaster has confirmed who we are. */
  get open(): boolean {
    return this.#state.at === 'open'
  }

  /**
   * Sends CONFIGURE. Resolves when it has been confirmed.
   * @throws TransportError LONELY_TIMEOUT, or what ended the connection
   */
  start(): Promise<void> {
    const { settings, auth, nowMs, random, zstd, clock } = this.#context
    const { configureTimeoutMs: limitMs, initialDict } = settings
    const late = (): void => this.#fail(lonelyTimeout('CONFIRM_CONFIGURE', limitMs))
    const alarm = limitMs === 0 ? (): void => {} : clock.after(limitMs, late)
    const subscriberNonce = Buffer.from(random(NONCE_BYTES))
    this.#state = { at: 'configuring', nonce: subscriberNonce, alarm }
    const enableZstd = zstd !== undefined
    // It means nothing without zstd; the original says it all the same.
    const enableTraining = settings.training
    const common = { tracing: NO_TRACING, subscriberNonce, enableZstd, enableTraining, initialDict }
    const send = (authorization: string | undefined): void => {
      if (this.#state.at === 'configuring')
        this.#wire.send(serialize({ type: 'CONFIGURE', authorization, ...common }, settings))
    }
    try {
      const authorization = auth.toBroadcaster.authorize({ kind: 'configure', ...common }, nowMs())
      if (typeof authorization !== 'object') send(authorization)
      else authorization.then(send).catch((error: unknown) => this.#fail(error))
    } catch (error) {
      this.#fail(error)
    }
    return this.#configured.promise
  }

  /**
   * One message of the broadcaster.
   * @param bytes not to be changed any more
   * @returns a promise while the next message must wait
   * @throws TransportError LONELY_MALFORMED, LONELY_UNEXPECTED, AUTHORIZATION_REFUSED and others; the session is over
   * then
   */
  receive(bytes: Buffer): void | Promise<void> {
    const state = this.#state
    if (state.at === 'over') return
    const message = parseToSubscriber(bytes)
    if (state.at === 'configuring' && message.type === 'CONFIRM_CONFIGURE') {
      state.alarm()
      return this.#confirmed(message, state.nonce)
    }
    if (state.at !== 'open' || message.type === 'CONFIRM_CONFIGURE') {
      throw new TransportError('LONELY_UNEXPECTED', { type: message.type, at: state.at })
    }
    return this.#handle(message, state)
  }

  /**
   * Resolves when it is confirmed. A pattern must not be subscribed to twice.
   * @param told called with the confirmation, before anything that comes behind it is looked at
   * @throws TransportError NOT_OPEN, or what ended the connection
   */
  subscribe(pattern: Pattern, told?: () => void): Promise<void> {
    return this.#request(pattern, true, told)
  }

  /** Resolves when it is confirmed. */
  unsubscribe(pattern: Pattern): Promise<void> {
    return this.#request(pattern, false)
  }

  /**
   * @param body must be held until the promise settles
   * @returns how many subscribers it was queued for
   * @throws TransportError NOT_OPEN, BODY_FAILED, or what ended the connection: then nobody knows whether it has
   * arrived
   */
  notify(topic: Buffer, body: Body): Promise<number> {
    if (this.#state.at !== 'open') return Promise.reject(this.#closed)
    const confirmed = this.#state.bodies.add(topic, body)
    this.#state.desk.pump()
    return confirmed
  }

  /** The connection is gone: nothing that waits will come. */
  end(error: Error): void {
    const state = this.#state
    if (state.at === 'over') return
    this.#state = { at: 'over', error }
    this.#nextPart.stop()
    this.#configured.reject(error)
    if (state.at === 'configuring') state.alarm()
    if (state.at !== 'open') return
    state.desk.end(error)
    state.bodies.end(error)
    state.received.end()
  }

  get #closed(): Error {
    return this.#state.at === 'over' ? this.#state.error : new TransportError('NOT_OPEN', { at: this.#state.at })
  }

  #request(pattern: Pattern, wanted: boolean, told?: () => void): Promise<void> {
    if (this.#state.at !== 'open') return Promise.reject(this.#closed)
    const request = new SubscribeRequest(this.#context, this.#state.urls, pattern, wanted, told)
    this.#state.desk.request(request)
    return request.confirmed
  }

  #confirmed(message: ConfirmConfigure, nonce: Buffer): void | Promise<void> {
    const { authorization, tracing = NO_TRACING, broadcasterNonce } = message
    const claim = { kind: 'confirmConfigure', tracing, broadcasterNonce } as const
    return after(this.#check(claim, authorization, false), () => {
      if (this.#state.at !== 'configuring') return
      const context = this.#context
      const urls = new ConnectionUrls(nonce, broadcasterNonce)
      const { zstd, settings } = context
      const compressors = zstd === undefined ? undefined : compressorsOf(zstd, settings, 'smallest')
      const bodies = new OutgoingBodies(context, compressors)
      const send = (bytes: Buffer): void => this.#wire.send(bytes)
      const desk = new SendDesk(context, { send, failed: (error) => this.#fail(error) }, bodies)
      const received = new ReceiveDesk(context, urls, compressors, desk, this.#ears)
      this.#state = { at: 'open', urls, desk, bodies, received, compressors }
      this.#configured.resolve()
    })
  }

  #handle(message: Exclude<ToSubscriber, ConfirmConfigure>, state: Open): void | Promise<void> {
    switch (message.type) {
      case 'RECEIVE_STREAM':
        return this.#takePart(message, state)
      case 'MISSED':
        return this.#missed(message, state)
      case 'ENABLE_ZSTD_PRESET':
        return this.#enablePreset(message, state)
      case 'ENABLE_ZSTD_CUSTOM':
        return this.#enableCustom(message, state)
      case 'DISABLE_ZSTD_CUSTOM':
        return this.#disable(message, state)
      default:
        return state.desk.answered(message)
    }
  }

  #takePart(message: ReceiveStream, { received }: Open): void | Promise<void> {
    this.#nextPart.expect(false)
    return after(received.part(message), () => this.#nextPart.expect(received.midway))
  }

  #missed({ authorization, tracing = NO_TRACING, topic }: MessageOf<'MISSED'>, { urls }: Open): void | Promise<void> {
    const claim = { kind: 'missed', tracing, recovery: urls.nextOfBroadcaster(), topic } as const
    return after(this.#check(claim, authorization, true), () => this.#ears.missed(Buffer.from(topic)))
  }

  #enablePreset(message: EnableZstdPreset, { urls, compressors }: Open): void | Promise<void> {
    const { authorization, tracing = NO_TRACING, identifier, compressionLevel: level, minSize, maxSize } = message
    const url = urls.nextOfBroadcaster()
    const claim = { kind: 'enableZstdPreset', tracing, url, compressor: identifier, level, minSize, maxSize } as const
    return after(this.#check(claim, authorization, true), () => wanted(compressors, identifier).enable(message))
  }

  #enableCustom(message: EnableZstdCustom, { urls, compressors }: Open): void | Promise<void> {
    const { authorization, tracing = NO_TRACING, identifier, compressionLevel: level, minSize, maxSize } = message
    const { sha512: digest } = message
    const url = urls.nextOfBroadcaster()
    const common = { tracing, url, compressor: identifier, level, minSize, maxSize, digest }
    const asked = this.#context.settings.training ? compressors : undefined
    return after(this.#check({ kind: 'enableZstdCustom', ...common }, authorization, true), () =>
      wanted(asked, identifier).enable(message),
    )
  }

  #disable(message: DisableZstdCustom, { urls, compressors }: Open): void | Promise<void> {
    const { authorization, tracing = NO_TRACING, identifier } = message
    const claim = { kind: 'disableZstdCustom', tracing, compressor: identifier, url: urls.nextOfBroadcaster() } as const
    return after(this.#check(claim, authorization, true), () => wanted(compressors, identifier).disable(identifier))
  }

  #check(claim: ToSubscriberClaim, authorization: string | undefined, singular: boolean): void | Promise<void> {
    return verify(this.#context.auth.toSubscriber, claim, authorization, { nowMs: this.#context.nowMs(), singular })
  }

  #fail(error: unknown): void {
    if (this.#state.at === 'over') return
    const cause = thrownError(error)
    this.end(cause)
    this.#wire.failed(cause)
  }
}

/** @throws TransportError LONELY_UNEXPECTED for what we have not asked for */
const wanted = (compressors: Compressors | undefined, identifier: bigint): Compressors => {
  if (compressors !== undefined) return compressors
  throw new TransportError('LONELY_UNEXPECTED', { compressor: String(identifier), problem: 'it was not asked for' })
}
