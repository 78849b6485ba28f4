import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Sink, Taken } from '@/core/outbox.js'

/** Whom a sink tells about its socket. */
export interface SinkOwner {
  /** The system has taken more of what was written. */
  bytesSettled(): void
  bytesOffered(chunk: Buffer, takenBytes: number): void
}

const NOTHING: Taken = { bytes: 0, more: false }
const NO_BYTES = Buffer.alloc(0)
/** The system nearly always takes so many bytes at once, and then there is nothing to wait for. */
const QUIET_BYTES = 65_536

/** A socket as a sink: takes what fits under the high-water mark, and says when to come back. */
export class SocketSink implements Sink {
  readonly #stream: Duplex
  readonly #highWaterMarkBytes: number
  /** A rest as small as this goes along: a write of its own would cost more than it. */
  readonly #slackBytes: number
  /** Few bytes are written without asking to be told of them: whether they have settled is seen at once. */
  readonly #quietBytes: number
  readonly #owner: SinkOwner
  readonly #written = (error?: Error | null): void => {
    // A write that failed counts as done in the stream, but nobody has its bytes.
    if (error === undefined || error === null) this.#owner.bytesSettled()
  }

  constructor(stream: Duplex, highWaterMarkBytes: number, owner: SinkOwner) {
    this.#stream = stream
    this.#highWaterMarkBytes = highWaterMarkBytes
    this.#slackBytes = highWaterMarkBytes >> 2
    this.#quietBytes = Object.getPrototypeOf(stream) === Socket.prototype ? QUIET_BYTES : -1
    this.#owner = owner
  }

  get pendingBytes(): number {
    const { destroyed, errored, writableLength } = this.#stream
    return destroyed || (errored ?? null) !== null ? Number.POSITIVE_INFINITY : writableLength
  }

  offer(bytes: Buffer, last: boolean): Taken {
    const stream = this.#stream
    const room = this.#highWaterMarkBytes - stream.writableLength
    if (room <= 0 || !stream.writable) return NOTHING
    const part = bytes.length <= room + this.#slackBytes ? bytes : bytes.subarray(0, room)
    // Told first: the other end may read it within `write`, or before this process runs again.
    this.#owner.bytesOffered(bytes, part.length)
    const quiet = last && part === bytes && part.length <= this.#quietBytes && stream.writableLength === 0
    if (quiet) this.#writeQuietly(part)
    else if (last || part.length >= room) stream.write(part, this.#written)
    else stream.write(part)
    return { bytes: part.length, more: stream.writableLength < this.#highWaterMarkBytes }
  }

  /** To be told by a callback costs a tick for each write; where the system was too full, no bytes at all ask for it. */
  #writeQuietly(bytes: Buffer): void {
    this.#stream.write(bytes)
    if (this.#stream.writableLength > 0) this.#stream.write(NO_BYTES, this.#written)
  }

  cork(): void {
    this.#stream.cork()
  }

  uncork(): void {
    this.#stream.uncork()
  }
}
