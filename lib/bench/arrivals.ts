import { int32At, putInt32 } from '@/bytes/int32.js'
import { Lanes } from '@/bench/lanes.js'
import { type Load, NUMBER_BYTES } from '@/bench/messages.js'
import { nowMs } from '@/bench/nowMs.js'
import { isPattern, markOf, patternAt, seemsPattern } from '@/bench/pattern.js'

/** Sends a message. Settles when its memory may be used again, or returns nothing if it has been copied. */
export type SendOne = (message: Buffer) => Promise<unknown> | void

/** Hears of each message that is right. @param index its place in the sample */
export type Each = (index: number, message: Buffer, answer: SendOne | undefined) => void

/** Every byte is compared of messages whose numbers end with these bits. */
const SPOT = 0xff

/** No contender that works is silent for so long in the middle of a sample. */
const QUIET_MS = 15_000
/** Looks so often in that time. */
const LOOKS = 5

/** Sees to it that what arrives is what was sent: every message, once, in order, unaltered. */
export class Arrivals {
  /** Set after `expect`, which forgets it. Whole messages only. */
  each: Each | undefined
  #bytes = 0
  #expected = 0
  #thorough = false
  #lanes: Lanes | undefined
  /** Messages that have arrived whole, and bytes of the one under way. */
  #count = 0
  #offset = 0
  /** The last four bytes of every message. */
  #tail = 0
  #error: Error | undefined
  #settle: { resolve: (lastMs: number) => void; reject: (error: Error) => void } | undefined
  #all: Promise<number> | undefined
  #watch: NodeJS.Timeout | undefined

  /**
   * Begins a sample.
   * @param thorough compare every byte; otherwise length, number and the ends, which costs a few nanoseconds, and every
   * byte of each 256th message
   * @param lanes connections, if there are many: each brings the whole load, as whole messages of at least four bytes
   */
  expect(load: Load, thorough: boolean, lanes?: number): void {
    clearInterval(this.#watch)
    this.each = undefined
    this.#lanes = lanes === undefined ? undefined : new Lanes(lanes, load)
    this.#bytes = load.bytes
    this.#expected = load.count * (lanes ?? 1)
    this.#thorough = thorough
    this.#count = 0
    this.#tail = load.bytes >= 2 * NUMBER_BYTES ? int32At(patternAt(load.bytes - NUMBER_BYTES, NUMBER_BYTES), 0) : 0
    this.#all = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.#all.catch(() => {})
    if (this.#error !== undefined) this.#settle?.reject(this.#error)
  }

  /** Resolves with the time at which the last message of the sample came. @throws Error what was wrong with one */
  all(): Promise<number> {
    return this.#all ?? Promise.reject(new Error('nothing is expected'))
  }

  /** Messages that had come on each connection when half of all had come; none unless there are many. */
  get halfway(): Float64Array {
    return this.#lanes?.halfway ?? new Float64Array()
  }

  /** @throws Error if anything has been wrong up to now, such as a message too many */
  check(): void {
    if (this.#error !== undefined) throw this.#error
  }

  /**
   * A whole message came; it is looked at before this returns.
   * @param answer sends a message back on the same connection, for contenders that can
   */
  message(message: Buffer, answer?: SendOne): void {
    const index = this.#count++
    if (message.length !== this.#bytes || index >= this.#expected || this.#offset > 0)
      return this.#wrong(index, message.length)
    const number = this.#lanes?.next(message) ?? index
    if (this.#looksAtAll(index) ? !isMessage(message, number) : !this.#seemsMessage(message, number)) {
      if (!Buffer.isBuffer(message)) throw new TypeError('a message is no Buffer')
      return this.#altered(number)
    }
    this.each?.(index, message, answer)
    if (this.#count === this.#expected) this.#done()
  }

  /** The next bytes of the messages came, cut at any place. */
  bytes(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#count >= this.#expected) return this.#wrong(this.#count, bytes.length - at)
      const part =
        at === 0 && bytes.length <= this.#bytes - this.#offset
          ? bytes
          : bytes.subarray(at, at + this.#bytes - this.#offset)
      if (!this.#isPart(part)) return this.#altered(this.#count)
      at += part.length
      this.#offset += part.length
      if (this.#offset === this.#bytes) this.#messageEnded()
    }
  }

  /** The stream of one message has ended. */
  ended(): void {
    if (this.#offset > 0)
      this.fail(new Error(`message ${this.#count} ended after ${this.#offset} of ${this.#bytes} bytes`))
  }

  /**
   * It is a failure when nothing comes for so long, from the first byte of the sample until all is here. The first may take
   * its time: somebody may take in all of a stream before handing on any of it.
   */
  watch(quietMs: number = QUIET_MS): void {
    clearInterval(this.#watch)
    let [count, offset, still] = [this.#count, this.#offset, 0]
    this.#watch = setInterval(() => {
      still = this.#count === count && this.#offset === offset ? still + 1 : 0
      count = this.#count
      offset = this.#offset
      const begun = count > 0 || offset > 0
      if (!begun || still < LOOKS) return
      const seconds = quietMs / 1e3
      this.fail(new Error(`${count} of ${this.#expected} messages came, and nothing more within ${seconds} s`))
    }, quietMs / LOOKS)
    this.#watch.unref()
  }

  /** The contender itself has failed. The first failure counts. */
  fail(error: Error): void {
    clearInterval(this.#watch)
    this.#error ??= error
    this.#settle?.reject(this.#error)
  }

  #messageEnded(): void {
    this.#offset = 0
    this.#count++
    if (this.#count === this.#expected) this.#done()
  }

  #done(): void {
    this.#settle?.resolve(nowMs())
    clearInterval(this.#watch)
  }

  #isPart(part: Buffer): boolean {
    const thorough = this.#looksAtAll(this.#count)
    if (this.#offset >= NUMBER_BYTES) return thorough ? isPattern(part, this.#offset) : seemsPattern(part, this.#offset)
    const number = Buffer.alloc(NUMBER_BYTES)
    putInt32(number, 0, markOf(this.#count))
    const cut = Math.min(NUMBER_BYTES - this.#offset, part.length)
    if (!part.subarray(0, cut).equals(number.subarray(this.#offset, this.#offset + cut))) return false
    return isPattern(part.subarray(cut, thorough ? part.length : cut), this.#offset + cut)
  }

  /** Whether every byte of this message is compared. */
  #looksAtAll(index: number): boolean {
    return this.#thorough || (index & SPOT) === SPOT
  }

  #seemsMessage(message: Buffer, index: number): boolean {
    const bytes = this.#bytes
    if (bytes < NUMBER_BYTES) return true
    if (int32At(message, 0) !== markOf(index)) return false
    return bytes < 2 * NUMBER_BYTES || int32At(message, bytes - NUMBER_BYTES) === this.#tail
  }

  #wrong(index: number, length: number): void {
    this.fail(
      index >= this.#expected
        ? new Error(`${length} bytes came after the last of ${this.#expected} messages`)
        : new Error(`message ${index} came with ${length} bytes, where ${this.#bytes} were sent`),
    )
  }

  #altered(number: number): void {
    const { of } = this.#lanes ?? { of: 1 }
    const where = of === 1 ? '' : ` on connection ${number % of}`
    const index = Math.floor(number / of)
    this.fail(new Error(`what came${where} as message ${index} is not what was sent as message ${index}`))
  }
}

const isMessage = (message: Buffer, index: number): boolean => {
  if (message.length < NUMBER_BYTES) return isPattern(message, 0)
  return int32At(message, 0) === markOf(index) && isPattern(message.subarray(NUMBER_BYTES), NUMBER_BYTES)
}
