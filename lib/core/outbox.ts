import { asBuffer } from '@/bytes/asBuffer.js'
import { putInt32 } from '@/bytes/int32.js'
import { viewOf } from '@/bytes/viewOf.js'
import { SLAB_BYTES, type SlabPool } from '@/core/slabPool.js'
import type { FrameWriter } from '@/framings/framing.js'

/** What a sink took of one offer, and whether another offer may follow at once. */
export interface Taken {
  readonly bytes: number
  readonly more: boolean
}

/** Where bytes go. Over TCP it is the socket; in a spec it may take one byte at a time. */
export interface Sink {
  /**
   * Takes a part of `bytes`, all of it, or nothing. What it took must not change until it is `settled`.
   * @param last no other offer follows at once, so that it is time to say when all has settled
   */
  offer(bytes: Buffer, last: boolean): Taken
  /** The offers between `cork` and `uncork` may leave in one write. */
  cork(): void
  uncork(): void
  /** Bytes taken that the system below has not taken yet; their memory is still in use. */
  readonly pendingBytes: number
}

/** Payloads from this size on are passed by reference; smaller ones are copied into the slab. */
export const BY_REFERENCE_BYTES = 16_384

interface UsedSlab {
  readonly slab: Buffer
  /** The slab is free when the sink has settled this many bytes of the whole stream. */
  readonly until: number
}

/**
 * Owns the bytes of one connection that are written but not yet taken by the sink. Small writes are gathered in
 * a slab; large ones wait by reference. When the sink takes only a part, the rest, never the whole, is offered again.
 */
export class Outbox implements FrameWriter {
  readonly #slabs: SlabPool
  readonly #sink: Sink
  #slab: Buffer | undefined
  /** The part of the slab that is filled and not yet cut off into `#pieces`: from `#cut` up to `#fill`. */
  #cut = 0
  #fill = 0
  #pieces: Buffer[] = []
  #used: UsedSlab[] = []
  #writtenBytes = 0
  #takenBytes = 0
  #blocked = false
  #offering = false

  constructor(slabs: SlabPool, sink: Sink) {
    this.#slabs = slabs
    this.#sink = sink
  }

  /** Bytes ever written here. */
  get writtenBytes(): number {
    return this.#writtenBytes
  }

  /** Bytes that have reached the system below, counted from the first; those up to here are nobody's any more. */
  get settledBytes(): number {
    return this.#takenBytes - this.#sink.pendingBytes
  }

  /** Bytes that the sink has not taken yet. */
  get waitingBytes(): number {
    return this.#writtenBytes - this.#takenBytes
  }

  /** The sink has said stop; `drained` is to be called when it has room. */
  get blocked(): boolean {
    return this.#blocked
  }

  byte(value: number, count = 1): void {
    if (count === 1) {
      this.#slabWith(1)[this.#fill++] = value
      this.#writtenBytes++
      return
    }
    for (let left = count; left > 0; ) {
      const slab = this.#slabWith(1)
      const part = Math.min(left, SLAB_BYTES - this.#fill)
      if (part === 1) slab[this.#fill] = value
      else slab.fill(value, this.#fill, this.#fill + part)
      this.#fill += part
      this.#writtenBytes += part
      left -= part
    }
  }

  u32(value: number): void {
    const slab = this.#slabWith(4)
    putInt32(slab, this.#fill, value)
    this.#fill += 4
    this.#writtenBytes += 4
  }

  bytes(bytes: Uint8Array): void {
    const count = bytes.length
    if (count >= BY_REFERENCE_BYTES) {
      this.#cutOff()
      this.#pieces.push(asBuffer(bytes))
    } else if (count > 0) {
      this.#slabWith(count).set(bytes, this.#fill)
      this.#fill += count
    }
    this.#writtenBytes += count
  }

  /** Offers what waits to the sink. After a partial write it waits for `drained`. */
  flush(): void {
    // A stream in memory may hand bytes on at once, and what comes back may lead here again.
    if (this.#offering) return
    this.#offering = true
    try {
      while (!this.#blocked && this.waitingBytes > 0) this.#offerAll()
    } finally {
      this.#offering = false
    }
  }

  #offerAll(): void {
    this.#cutOff()
    if (this.#pieces.length === 1) {
      this.#offerPieces()
      return
    }
    this.#sink.cork()
    this.#offerPieces()
    this.#sink.uncork()
  }

  /** The sink has room again. */
  drained(): void {
    this.#blocked = false
    this.flush()
  }

  /** Gives back the slabs whose bytes have settled; an outbox with nothing to do holds no memory. */
  settle(): void {
    const settled = this.settledBytes
    let first = this.#used[0]
    while (first !== undefined && first.until <= settled) {
      this.#slabs.release(first.slab)
      this.#used.shift()
      first = this.#used[0]
    }
    if (settled < this.#writtenBytes || this.#slab === undefined) return
    this.#slabs.release(this.#slab)
    this.#slab = undefined
    this.#cut = this.#fill = 0
  }

  /** Forgets what waits. Slabs that the system below may still read are left to the garbage collector. */
  drop(): void {
    this.#pieces = []
    this.#used = []
    this.#slab = undefined
    this.#cut = this.#fill = 0
    this.#takenBytes = this.#writtenBytes
    this.#blocked = true
  }

  #offerPieces(): void {
    let done = 0
    const last = this.#pieces.length - 1
    for (const piece of this.#pieces) {
      const taken = this.#sink.offer(piece, done === last)
      this.#takenBytes += taken.bytes
      if (taken.bytes < piece.length) this.#pieces[done] = piece.subarray(taken.bytes)
      else done++
      this.#blocked = !taken.more || taken.bytes < piece.length
      if (this.#blocked) break
    }
    if (done === this.#pieces.length) this.#pieces = []
    else if (done > 0) this.#pieces.splice(0, done)
  }

  /** A slab with room for `count` bytes, at most 16 KiB. */
  #slabWith(count: number): Buffer {
    if (this.#slab !== undefined && this.#fill + count <= SLAB_BYTES) return this.#slab
    if (this.#slab !== undefined) {
      this.#cutOff()
      this.#used.push({ slab: this.#slab, until: this.#writtenBytes })
    }
    this.#cut = this.#fill = 0
    this.#slab = this.#slabs.acquire()
    return this.#slab
  }

  #cutOff(): void {
    if (this.#slab === undefined || this.#fill === this.#cut) return
    this.#pieces.push(viewOf(this.#slab.buffer, this.#slab.byteOffset + this.#cut, this.#fill - this.#cut))
    this.#cut = this.#fill
  }
}
