import { asBuffer } from '@/bytes/asBuffer.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { BodyStore } from '@/protocols/lonely/bodies/bodyStore.js'
import { StreamIntake } from '@/protocols/lonely/bodies/streamIntake.js'
import type { Broker } from '@/protocols/lonely/broadcaster/broker.js'
import type { Outgoing } from '@/protocols/lonely/broadcaster/outgoing.js'
import type { Compression, Notify, NotifyStream } from '@/protocols/lonely/messages.js'
import type { Compressors } from '@/protocols/lonely/compressors.js'
import { NO_TRACING } from '@/protocols/lonely/session/noTracing.js'
import { after } from '@/protocols/lonely/session/after.js'
import { verify } from '@/protocols/lonely/session/verify.js'
import { sha512 } from '@/protocols/lonely/sha512.js'
import { TransportError } from '@/errors.js'

/** What a notification says about itself, whole or in parts. */
interface Announced {
  readonly identifier: Buffer
  readonly topic: Buffer
  /** Of the bytes as they travelled. */
  readonly digest: Buffer
  readonly compression: Compression | undefined
}

/** Takes the notifications of one connection and publishes them. */
export class NotifyDesk {
  readonly #broker: Broker
  readonly #bodies: BodyStore
  readonly #outgoing: Outgoing
  /** Undefined when nothing is compressed on this connection. */
  readonly #compressors: Compressors | undefined
  #stream: StreamIntake | undefined

  constructor(broker: Broker, outgoing: Outgoing, compressors: Compressors | undefined) {
    this.#broker = broker
    this.#bodies = broker.bodies.share(broker.settings.maxFilesPerNotifier)
    this.#outgoing = outgoing
    this.#compressors = compressors
  }

  /** A body has begun and is not whole. */
  get midway(): boolean {
    return this.#stream !== undefined
  }

  /** A body in one message; its digest has been compared when it was read. */
  notify(message: Notify): void | Promise<void> {
    const { authorization, tracing = NO_TRACING, payload, compression } = message
    // Copies: an answer that waits must not keep alive what arrived around them.
    const announced = {
      identifier: Buffer.from(message.identifier),
      topic: Buffer.from(message.topic),
      digest: Buffer.from(message.sha512),
      compression,
    }
    return after(this.#check(announced, authorization, tracing), () => {
      if (compression !== undefined) return this.#expand(announced, asBuffer(payload))
      const body = this.#bodies.keep(asBuffer(payload), announced.digest)
      return body instanceof Promise
        ? body.then((kept) => this.#publish(announced, kept))
        : this.#publish(announced, body)
    })
  }

  /**
   * @throws TransportError LONELY_UNEXPECTED for a part out of place, BODY_MISMATCH, BODY_TOO_LARGE,
   * AUTHORIZATION_REFUSED
   */
  part(message: NotifyStream): void | Promise<void> {
    const stream = this.#streamOf(message)
    const { authorization, tracing = NO_TRACING, partId } = message
    const { topic, sha512: digest, compression } = stream.start
    const announced = { identifier: stream.identifier, topic: asBuffer(topic), digest: asBuffer(digest), compression }
    return after(this.#check(announced, authorization, tracing), () =>
      after(stream.add(message), () => {
        if (!stream.whole) return this.#continue(announced.identifier, partId)
        this.#stream = undefined
        const body = stream.finish()
        return body instanceof Promise
          ? body.then((whole) => this.#whole(announced, whole))
          : this.#whole(announced, body)
      }),
    )
  }

  end(): void {
    this.#stream?.discard()
    this.#stream = undefined
  }

  #streamOf(message: NotifyStream): StreamIntake {
    if (message.start !== undefined) {
      if (this.#stream !== undefined)
        throw new TransportError('LONELY_UNEXPECTED', { problem: 'a stream inside a stream' })
      this.#stream = new StreamIntake(message.identifier, message.start, this.#bodies)
    }
    if (this.#stream !== undefined) return this.#stream
    throw new TransportError('LONELY_UNEXPECTED', { problem: 'a part of no stream', partId: String(message.partId) })
  }

  #check({ identifier, topic, digest }: Announced, authorization: string | undefined, tracing: Uint8Array) {
    const claim = { kind: 'notify', tracing, topic, identifier, digest } as const
    return verify(this.#broker.auth.toBroadcaster, claim, authorization, { nowMs: this.#broker.nowMs() })
  }

  #whole(announced: Announced, body: Body): void | Promise<void> {
    if (announced.compression === undefined) return this.#publish(announced, body)
    const { bytes } = body
    body.release()
    if (bytes !== undefined) return this.#expand(announced, bytes)
    throw new TransportError('BODY_TOO_LARGE', { size: body.size, problem: 'too large to be decompressed' })
  }

  #expand(announced: Announced, compressed: Buffer): void | Promise<void> {
    if (this.#compressors === undefined)
      throw new TransportError('LONELY_UNEXPECTED', { problem: 'nothing is compressed here' })
    const bytes = asBuffer(this.#compressors.decompress(compressed, announced.compression))
    const body = this.#bodies.keep(bytes, sha512(bytes))
    return body instanceof Promise
      ? body.then((kept) => this.#publish(announced, kept))
      : this.#publish(announced, body)
  }

  #publish(announced: Announced, body: Body): void | Promise<void> {
    let reached: number | Promise<number>
    try {
      reached = this.#broker.publish(announced.topic, body)
    } catch (error) {
      body.release()
      throw error
    }
    if (typeof reached === 'number') {
      body.release()
      return this.#confirm(announced, reached)
    }
    return reached.finally(() => body.release()).then((subscribers) => this.#confirm(announced, subscribers))
  }

  #confirm({ identifier, topic, digest }: Announced, subscribers: number): void {
    this.#outgoing.control({
      bytes: topic.length,
      claim: () => ({ kind: 'confirmNotify', tracing: NO_TRACING, identifier, subscribers, topic, digest }),
      message: (authorization) => ({
        type: 'CONFIRM_NOTIFY',
        authorization,
        tracing: NO_TRACING,
        identifier,
        subscribers: BigInt(subscribers),
      }),
    })
  }

  #continue(identifier: Buffer, partId: bigint): void {
    this.#outgoing.control({
      claim: () => ({ kind: 'continueNotify', tracing: NO_TRACING, identifier, partId }),
      message: (authorization) => ({ type: 'CONTINUE_NOTIFY', authorization, tracing: NO_TRACING, identifier, partId }),
    })
  }
}
