import { asBuffer } from '@/bytes/asBuffer.js'
import { Deque } from '@/bytes/deque.js'
import { int32At } from '@/bytes/int32.js'
import { viewOf } from '@/bytes/viewOf.js'

const EMPTY = Buffer.alloc(0)

/**
 * The bytes that have arrived and are not yet read, in order, as the chunks they came in. Nothing is
 * copied unless what is asked for lies across two chunks. Views that are handed out share the chunk's memory.
 */
export class ChunkQueue {
  #chunk: Buffer = EMPTY
  /** Where the bytes of `#chunk` are. */
  #memory: ArrayBufferLike = EMPTY.buffer
  #base = 0
  #at = 0
  #later: Deque<Buffer> | undefined
  #laterBytes = 0

  /** How many bytes wait. */
  get length(): number {
    return this.#chunk.length - this.#at + this.#laterBytes
  }

  /** Adds a chunk at the end; it must not be written to afterwards. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    const bytes = asBuffer(chunk)
    if (this.#at === this.#chunk.length) {
      this.#begin(bytes)
      return
    }
    this.#later ??= new Deque()
    this.#later.push(bytes)
    this.#laterBytes += bytes.length
  }

  /** The next byte, left where it is; undefined when none waits. */
  peek(): number | undefined {
    return this.#chunk[this.#at]
  }

  /** The next four bytes as a big-endian number, or undefined, taking nothing, when fewer wait. */
  takeU32(): number | undefined {
    const at = this.#at
    if (this.#chunk.length - at < 4) return this.length < 4 ? undefined : this.#join(4).readUInt32BE()
    const value = int32At(this.#chunk, at) >>> 0
    this.#skip(4)
    return value
  }

  /** Exactly `count` bytes, or undefined, taking nothing, when fewer wait. */
  take(count: number): Buffer | undefined {
    const at = this.#at
    if (this.#chunk.length - at < count) return this.length < count ? undefined : this.#join(count)
    const bytes = count === this.#chunk.length ? this.#chunk : viewOf(this.#memory, this.#base + at, count)
    this.#skip(count)
    return bytes
  }

  /** As many bytes as the next chunk holds, at most `most`; undefined when none wait. */
  takeSome(most: number): Buffer | undefined {
    const here = this.#chunk.length - this.#at
    return here === 0 ? undefined : this.take(Math.min(here, most))
  }

  /** Takes the bytes equal to `value` that stand next in this chunk, at most `most`, and says how many they were. */
  takeRun(value: number, most: number): number {
    const chunk = this.#chunk
    const from = this.#at
    const end = Math.min(chunk.length, from + most)
    let at = from
    while (at < end && chunk[at] === value) at++
    if (at > from) this.#skip(at - from)
    return at - from
  }

  /** Forgets everything that waits. */
  clear(): void {
    this.#begin(EMPTY)
    this.#later = undefined
    this.#laterBytes = 0
  }

  #skip(count: number): void {
    this.#at += count
    if (this.#at < this.#chunk.length) return
    const next = this.#later?.shift()
    this.#laterBytes -= next?.length ?? 0
    this.#begin(next ?? EMPTY)
  }

  #begin(chunk: Buffer): void {
    this.#chunk = chunk
    this.#memory = chunk.buffer
    this.#base = chunk.byteOffset
    this.#at = 0
  }

  #join(count: number): Buffer {
    const joined = Buffer.allocUnsafe(count)
    let filled = 0
    while (filled < count) {
      const part = Math.min(this.#chunk.length - this.#at, count - filled)
      this.#chunk.copy(joined, filled, this.#at, this.#at + part)
      filled += part
      this.#skip(part)
    }
    return joined
  }
}
