import { Readable } from 'node:stream'

/** Whom a streamed message tells what its reader does. */
export interface InboundOwner {
  /** The reader wants more. */
  pieceWanted(): void
  /** The reader has gone before the end: the rest is to be thrown away. */
  readerGone(): void
}

/** A message too large to hold, as a stream of its pieces. Reading slowly slows the other end down. */
export class InboundStream extends Readable {
  /** Bytes of the whole message. */
  readonly size: number
  readonly #owner: InboundOwner
  #complete = false

  constructor(size: number, owner: InboundOwner) {
    super({ highWaterMark: 262_144 })
    this.size = size
    this.#owner = owner
    // Whoever reads gets the error; that nobody reads is no reason to end the process.
    this.on('error', () => {})
  }

  /** @returns whether the next piece may follow at once */
  add(piece: Uint8Array, left: number): boolean {
    const more = this.push(piece)
    if (left === 0) {
      this.#complete = true
      this.push(null)
    }
    return more
  }

  override _read(): void {
    this.#owner.pieceWanted()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#complete) this.#owner.readerGone()
    done(error)
  }
}
