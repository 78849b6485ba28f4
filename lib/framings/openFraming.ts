import type { Detail } from '@/errors.js'
import type { FrameWriter, Framing, FramingContext, FramingObserver, Reading, Step } from '@/framings/framing.js'
import { ChunkQueue } from '@/bytes/chunkQueue.js'

/**
 * A framing without opening and without answers: every message may leave at once. Extend it, say how a
 * frame begins (`start`) and how it is read (`next`), and a custom framing is done.
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

  constructor(context: Pick<FramingContext, 'writer' | 'maxMessageBytes'>) {
    this.writer = context.writer
    this.maxMessageBytes = context.maxMessageBytes
  }

  /** The next message step, or undefined until more bytes arrive. */
  protected abstract read(): Step | undefined
  abstract start(size: number): void
  abstract end(): void
  abstract readonly reading: Reading

  open(): void {}
  turnAway(): void {}

  push(chunk: Uint8Array): void {
    this.input.push(chunk)
  }

  next(): Step | undefined {
    if (this.#opened) return this.read()
    this.#opened = true
    return { do: 'opened' }
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
