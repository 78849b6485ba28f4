import { Duplex } from 'node:stream'
import { systemFailure } from '@/lab/relay/resetStream.js'

/** One end of a pair of streams in memory. */
class MemoryEnd extends Duplex {
  other: MemoryEnd | undefined
  /** The write of the other end that waits until this one is read. */
  #waiting: ((error?: Error) => void) | undefined

  constructor() {
    super({ allowHalfOpen: true })
  }

  override _read(): void {
    this.#settle()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const { other } = this
    if (other === undefined || other.destroyed) return done(systemFailure('EPIPE', 'the other end is gone'))
    // The memory is the writer's again as soon as the write is done.
    if (other.push(Buffer.from(chunk))) done()
    else other.#waiting = done
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.other?.destroyed === false) this.other.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { other } = this
    this.#settle(systemFailure('EPIPE', 'the other end is gone'))
    if (other?.destroyed === false) {
      const orderly = error === null && !this.writableFinished
      if (error !== null) setImmediate(() => other.destroy(systemFailure('ECONNRESET', 'reset by the other end')))
      else if (orderly) setImmediate(() => other.destroyed || other.push(null))
    }
    done(error)
  }

  #settle(error?: Error): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.(error)
  }
}

/** Two streams in memory: what is written to one is read from the other. Destroying one with an error resets the other. */
export const memoryPair = (): readonly [Duplex, Duplex] => {
  const [near, far] = [new MemoryEnd(), new MemoryEnd()]
  near.other = far
  far.other = near
  return [near, far]
}
