import { asBuffer } from '@/bytes/asBuffer.js'
import type { ToBroadcasterClaim } from '@/protocols/lonely/auth/claim.js'
import type { ConnectionUrls } from '@/protocols/lonely/auth/connectionUrls.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import { StreamIntake } from '@/protocols/lonely/bodies/streamIntake.js'
import { serialize } from '@/protocols/lonely/codecs.js'
import type { ReceiveStream, StreamStart } from '@/protocols/lonely/messages.js'
import type { Compressors } from '@/protocols/lonely/compressors.js'
import { NO_TRACING } from '@/protocols/lonely/session/noTracing.js'
import { after } from '@/protocols/lonely/session/after.js'
import { verify } from '@/protocols/lonely/session/verify.js'
import { isSha512, sha512 } from '@/protocols/lonely/sha512.js'
import type { Acknowledgement, SendDesk } from '@/protocols/lonely/subscriber/sendDesk.js'
import type { SubscriberContext, SubscriberEars } from '@/protocols/lonely/subscriber/subscriberContext.js'
import { TransportError } from '@/errors.js'

/** A broadcaster that sends on and on without acknowledgements keeps to no window. */
const MAX_UNACKNOWLEDGED = 65_536

/** Takes the bodies that one connection brings, compares them, hands them on and acknowledges every part. */
export class ReceiveDesk {
  readonly #context: SubscriberContext
  readonly #urls: ConnectionUrls
  /** Undefined when nothing is compressed on this connection. */
  readonly #compressors: Compressors | undefined
  readonly #desk: SendDesk
  readonly #ears: SubscriberEars
  #stream: StreamIntake | undefined
  #over = false

  constructor(
    context: SubscriberContext,
    urls: ConnectionUrls,
    compressors: Compressors | undefined,
    desk: SendDesk,
    ears: SubscriberEars,
  ) {
    this.#context = context
    this.#urls = urls
    this.#compressors = compressors
    this.#desk = desk
    this.#ears = ears
  }

  /** A body has begun and is not whole. */
  get midway(): boolean {
    return this.#stream !== undefined
  }

  /** @throws TransportError LONELY_UNEXPECTED, AUTHORIZATION_REFUSED, BODY_MISMATCH, BODY_TOO_LARGE, BODY_FAILED */
  part(message: ReceiveStream): void | Promise<void> {
    const url = this.#urls.nextOfBroadcaster()
    const start = message.start ?? this.#stream?.start
    if (start === undefined) throw new TransportError('LONELY_UNEXPECTED', { problem: 'a part of no stream' })
    if (message.start !== undefined && this.#stream !== undefined) {
      throw new TransportError('LONELY_UNEXPECTED', { problem: 'a stream inside a stream' })
    }
    const { authorization, tracing = NO_TRACING, identifier } = message
    const claim = { kind: 'receive', tracing, url, topic: start.topic, digest: start.sha512, identifier } as const
    const { auth, nowMs } = this.#context
    const checked = verify(auth.toSubscriber, claim, authorization, { nowMs: nowMs(), singular: true })
    return after(checked, () => this.#take(message, start))
  }

  /** The connection is gone. */
  end(): void {
    this.#over = true
    this.#stream?.discard()
    this.#stream = undefined
  }

  #take(message: ReceiveStream, start: StreamStart): void | Promise<void> {
    // It may have ended while the authorization was checked.
    if (this.#over) return
    const identifier = Buffer.from(message.identifier)
    if (message.start !== undefined) {
      if (message.payload.length === Number(start.compressedLength)) return this.#whole(message, identifier, start)
      this.#stream = new StreamIntake(identifier, start, this.#context.bodies)
    }
    const stream = this.#stream
    if (stream === undefined) return
    return after(stream.add(message), () => {
      if (!stream.whole) return this.#continue(identifier, message.partId)
      this.#stream = undefined
      const body = stream.finish()
      return body instanceof Promise
        ? body.then((whole) => this.#arrived(identifier, stream.start, whole))
        : this.#arrived(identifier, stream.start, body)
    })
  }

  /** A body in a single part needs no putting together. */
  #whole({ payload }: ReceiveStream, identifier: Buffer, start: StreamStart): void | Promise<void> {
    if (!isSha512(asBuffer(start.sha512), payload)) {
      throw new TransportError('BODY_MISMATCH', { size: payload.length, problem: 'the digest is another' })
    }
    const body = this.#context.bodies.keep(asBuffer(payload), Buffer.from(start.sha512))
    return body instanceof Promise
      ? body.then((kept) => this.#arrived(identifier, start, kept))
      : this.#arrived(identifier, start, body)
  }

  #arrived(identifier: Buffer, start: StreamStart, body: Body): void | Promise<void> {
    const { compression } = start
    if (compression === undefined) return this.#handOn(identifier, start, body)
    const { bytes } = body
    body.release()
    if (bytes === undefined)
      throw new TransportError('BODY_TOO_LARGE', { size: body.size, problem: 'too large to be decompressed' })
    if (this.#compressors === undefined)
      throw new TransportError('LONELY_UNEXPECTED', { problem: 'nothing is compressed here' })
    const plain = asBuffer(this.#compressors.decompress(bytes, compression))
    const kept = this.#context.bodies.keep(plain, sha512(plain))
    return kept instanceof Promise
      ? kept.then((whole) => this.#handOn(identifier, start, whole))
      : this.#handOn(identifier, start, kept)
  }

  #handOn(identifier: Buffer, start: StreamStart, body: Body): void {
    let room: void | Promise<void>
    try {
      room = this.#ears.received(Buffer.from(start.topic), body)
    } finally {
      body.release()
    }
    if (this.#desk.unacknowledged >= MAX_UNACKNOWLEDGED)
      throw new TransportError('LONELY_UNEXPECTED', { problem: 'bodies beyond any window', limit: MAX_UNACKNOWLEDGED })
    const acknowledgement = this.#confirmation(identifier, room === undefined)
    this.#desk.acknowledge(acknowledgement)
    void room?.then(() => {
      acknowledgement.ready = true
      this.#desk.pump()
    })
  }

  #confirmation(identifier: Buffer, ready: boolean): Acknowledgement {
    const { headers } = this.#context.settings
    return {
      ready,
      claim: (): ToBroadcasterClaim => {
        const url = this.#urls.nextOfSubscriber()
        return { kind: 'confirmReceive', tracing: NO_TRACING, identifier, subscribers: 1, url }
      },
      message: (authorization) =>
        serialize(
          { type: 'CONFIRM_RECEIVE', authorization, tracing: NO_TRACING, identifier, numSubscribers: 1 },
          { headers },
        ),
    }
  }

  #continue(identifier: Buffer, partId: bigint): void {
    const { headers } = this.#context.settings
    this.#desk.acknowledge({
      ready: true,
      claim: () => {
        const url = this.#urls.nextOfSubscriber()
        return { kind: 'continueReceive', tracing: NO_TRACING, identifier, partId, url }
      },
      message: (authorization) =>
        serialize({ type: 'CONTINUE_RECEIVE', authorization, tracing: NO_TRACING, identifier, partId }, { headers }),
    })
  }
}
