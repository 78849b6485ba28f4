import { putInt32 } from '@/bytes/int32.js'
import type { Lane } from '@/bench/lanes.js'
import { fillWithPattern, markOf, PIECE_BYTES, patternAt } from '@/bench/pattern.js'

/** How much one sample sends. */
export interface Load {
  /** Of each message. */
  readonly bytes: number
  /** At most 16_777_216: so many have a number of their own. */
  readonly count: number
}

/** The first bytes of a message are its number in the sample, as letters; the rest is the pattern. */
export const NUMBER_BYTES = 4

const RING_BYTES = 8_388_608
const RING_MESSAGES = 1_024
/** On each of many connections. */
const LANE_MESSAGES = 8

/** The messages of one sample: each knows its place, so that a lost, doubled or altered one is noticed. */
export class Messages implements Load {
  readonly bytes: number
  readonly count: number
  /** How many messages may be under way before the oldest is overwritten; a power of two, at least 2. */
  readonly ahead: number
  readonly #lane: Lane | undefined
  #ring: readonly Buffer[] | undefined
  #firsts: readonly Buffer[] | undefined

  /** @param lane which of many connections they are for */
  constructor(load: Load, lane?: Lane) {
    this.bytes = load.bytes
    this.count = load.count
    this.#lane = lane
    const most = lane === undefined ? RING_MESSAGES : LANE_MESSAGES
    this.ahead = Math.min(most, Math.max(2, 2 ** Math.floor(Math.log2(RING_BYTES / Math.max(1, load.bytes)))))
  }

  /** Message number `index`. Its memory is used again for message `index + ahead`. */
  at(index: number): Buffer {
    this.#ring ??= ringOf(Math.min(this.ahead, this.count), this.bytes)
    const message = this.#ring[index & (this.ahead - 1)] ?? NONE
    if (this.bytes >= NUMBER_BYTES) putInt32(message, 0, markOf(this.#numberOf(index)))
    return message
  }

  /** Message number `index` in pieces of 64 KiB; the memory of the first is used again for message `index + ahead`. */
  *pieces(index: number): Generator<Buffer, void, undefined> {
    this.#firsts ??= ringOf(Math.min(this.ahead, this.count), Math.min(PIECE_BYTES, this.bytes))
    const first = this.#firsts[index & (this.ahead - 1)] ?? NONE
    if (first.length >= NUMBER_BYTES) putInt32(first, 0, markOf(this.#numberOf(index)))
    yield first
    for (let offset = PIECE_BYTES; offset < this.bytes; offset += PIECE_BYTES) {
      yield patternAt(offset, Math.min(PIECE_BYTES, this.bytes - offset))
    }
  }

  #numberOf(index: number): number {
    return this.#lane === undefined ? index : index * this.#lane.of + this.#lane.lane
  }
}

const NONE = Buffer.alloc(0)

const ringOf = (slots: number, bytes: number): Buffer[] => {
  const memory = Buffer.allocUnsafeSlow(slots * bytes)
  return Array.from({ length: slots }, (_, slot) => {
    const message = memory.subarray(slot * bytes, (slot + 1) * bytes)
    fillWithPattern(message, 0)
    return message
  })
}
