import { type Detail, TransportError } from '@/errors.js'
import type { FrameWriter, Framing, FramingContext, FramingObserver, Reading, Step } from '@/framings/framing.js'
import { ChunkQueue } from '@/bytes/chunkQueue.js'

/**
 * A framing without opening and without answers: every message may leave at once. Extend it, say how a frame begins
 * (`start`) and ends (`finish`) and how one is `read`, and a custom framing is done. Bytes that wait when the stream ends
 * and that `read` makes no message of are half a message: FRAME_TRUNCATED.
 */
export abstract class OpenFraming implements Framing {
  abstract readonly name: string
  readonly answered: boolean = false
  readonly pipelined: boolean = true
  abstract readonly announces: boolean
  acceptUpTo = -1
  maxMessageBytes: number
  observer: FramingObserver | undefined = undefined
  protected readonly writer: FrameWriter
  /** What has arrived and is not yet read. */
  protected readonly input = new ChunkQueue()
  #opened = false
  #ended = false
  /** `read` has given nothing since the last bytes came. */
  #dry = false

  constructor(context: Pick<FramingContext, 'writer' | 'maxMessageBytes'>) {
    this.writer = context.writer
    this.maxMessageBytes = context.maxMessageBytes
  }

  /** The next message step, or undefined until more bytes arrive. */
  protected abstract read(): Step | undefined
  abstract start(size: number): void

  open(): void {}
  turnAway(): void {}

  push(chunk: Uint8Array): void {
    this.#dry = false
    this.input.push(chunk)
  }

  next(): Step | undefined {
    if (!this.#opened) {
      this.#opened = true
      return { do: 'opened' }
    }
    const step = this.read()
    this.#dry = step === undefined
    this.#checkEnd()
    return step
  }

  /** What has arrived and is not read yet is read first: then `next` throws what would be thrown here. */
  end(): void {
    this.#ended = true
    this.#checkEnd()
  }

  #checkEnd(): void {
    if (this.#ended && this.#dry && this.waiting > 0)
      throw new TransportError('FRAME_TRUNCATED', { have: this.waiting })
  }

  get reading(): Reading {
    if (!this.#opened) return 'opening'
    return this.waiting === 0 ? 'between' : 'inside'
  }

  accept(): void {}
  release(): void {}
  get unsaid(): number {
    return 0
  }

  refuse(): void {}

  /** The opening is done; here it is so from the first `next`. */
  protected get opened(): boolean {
    return this.#opened
  }

  /** To be overridden by whoever keeps more than `input` of a message that has begun. */
  get waiting(): number {
    return this.input.length
  }

  canStart(_size: number): boolean {
    return this.#opened
  }

  readonly payloadAllowed: boolean = true
  finish(): void {}
  readonly holding: boolean = false
  readonly unanswered: number = 0
  readonly collided: boolean = false

  objection(_size: number, _message: Uint8Array | undefined): Detail | undefined {
    return undefined
  }
}
