import { Duplex } from 'node:stream'

/** One end of a pair of streams in memory, which hands on what is written to it in pieces of its own choice. */
class End extends Duplex {
  other: End | undefined
  readonly #pieceBytes: () => number
  #wanted: (() => void) | undefined

  /** @param pieceBytes the most bytes of the next piece, at least 1 */
  constructor(pieceBytes: () => number) {
    super({ allowHalfOpen: true, autoDestroy: true })
    this.#pieceBytes = pieceBytes
  }

  /** The next piece may come. */
  override _read(): void {
    const wanted = this.#wanted
    this.#wanted = undefined
    if (wanted !== undefined) setImmediate(wanted)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const give = (at: number): void => {
      const { other } = this
      if (other === undefined || other.destroyed)
        return done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
      if (at >= chunk.length) return done()
      const until = Math.min(chunk.length, at + Math.max(1, this.#pieceBytes()))
      if (other.push(Buffer.from(chunk.subarray(at, until)))) setImmediate(() => give(until))
      else other.#wanted = () => give(until)
    }
    give(0)
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.other?.destroyed === false) this.other.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { other } = this
    if (error !== null && other?.destroyed === false)
      setImmediate(() => other.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })))
    else if (other?.destroyed === false && !this.writableFinished) setImmediate(() => other.push(null))
    done(error)
  }
}

/** Two streams in memory; what is written to one can be read from the other, cut into pieces anew. */
export const duplexPair = (pieceBytes: () => number): readonly [Duplex, Duplex] => {
  const [near, far] = [new End(pieceBytes), new End(pieceBytes)]
  near.other = far
  far.other = near
  return [near, far]
}
