import { asBuffer } from '@/bytes/asBuffer.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { BodyStore } from '@/protocols/lonely/bodies/bodyStore.js'
import type { Intake } from '@/protocols/lonely/bodies/intake.js'
import type { StreamStart } from '@/protocols/lonely/messages.js'
import { TransportError } from '@/errors.js'

/** A part as both directions have it. */
export interface BodyPart {
  readonly identifier: Uint8Array
  readonly partId: bigint
  readonly start?: StreamStart | undefined
  readonly payload: Uint8Array
}

/** A body that comes in parts: puts them together, in order, and compares what came with what was announced. */
export class StreamIntake {
  readonly identifier: Buffer
  readonly start: StreamStart
  readonly #size: number
  readonly #intake: Intake
  #nextPartId = 0n

  /** @throws TransportError BODY_TOO_LARGE by what the first part announces */
  constructor(identifier: Uint8Array, start: StreamStart, bodies: BodyStore) {
    // A body is held longer than the message that its first part came in.
    this.identifier = Buffer.from(identifier)
    this.start = { ...start, topic: Buffer.from(start.topic), sha512: Buffer.from(start.sha512) }
    this.#size = Number(start.compressedLength)
    this.#intake = bodies.intake(this.#size)
  }

  /** Everything announced is here. */
  get whole(): boolean {
    return this.#intake.size === this.#size
  }

  /**
   * @throws TransportError LONELY_UNEXPECTED for a part out of place, BODY_MISMATCH for more than was announced,
   * BODY_FAILED
   */
  add(part: BodyPart): void | Promise<void> {
    const { partId } = part
    if (partId !== this.#nextPartId || !this.identifier.equals(part.identifier)) {
      const [at, due] = [String(partId), String(this.#nextPartId)]
      throw new TransportError('LONELY_UNEXPECTED', { problem: 'a part out of place', partId: at, due })
    }
    this.#nextPartId++
    const size = this.#intake.size + part.payload.length
    if (size > this.#size) throw new TransportError('BODY_MISMATCH', { size, announced: this.#size })
    return this.#intake.add(asBuffer(part.payload))
  }

  /**
   * The whole body, which is the caller's to release.
   * @throws TransportError BODY_MISMATCH when its digest is another
   */
  finish(): Body | Promise<Body> {
    const now = this.#intake.finishNow()
    return now === undefined ? this.#intake.finish().then((body) => this.#compared(body)) : this.#compared(now)
  }

  discard(): void {
    this.#intake.discard()
  }

  #compared(body: Body): Body {
    if (body.digest.equals(this.start.sha512)) return body
    body.release()
    throw new TransportError('BODY_MISMATCH', { size: body.size, problem: 'the digest is another' })
  }
}
