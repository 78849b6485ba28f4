import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** One after the other, then again from the start. */
const SIZES = [1, 2, 3, 4, 5, 6, 7, 11, 31, 127, 1_021, 8_191, 65_521, 131_071]

/** A socket that takes, and gives, odd pieces only: 1 to 7 bytes, then primes. No byte is added, lost or moved. */
export class OddPieces extends Duplex {
  readonly #socket: Socket
  #written = 0
  #given = 0

  constructor(socket: Socket) {
    super()
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      for (const piece of this.#cut(chunk, () => this.#given++)) if (!this.push(piece)) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const pieces = this.#cut(chunk, () => this.#written++)
    const next = (): void => {
      for (let piece = pieces.next(); piece.done !== true; piece = pieces.next()) {
        if (!this.#socket.write(piece.value)) return void this.#socket.once('drain', next)
      }
      done()
    }
    next()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done())
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }

  *#cut(chunk: Buffer, count: () => number): Generator<Buffer, void, undefined> {
    for (let at = 0; at < chunk.length; ) {
      const size = SIZES[count() % SIZES.length] ?? 1
      yield chunk.subarray(at, at + size)
      at += size
    }
  }
}
