import { type Detail, TransportError } from '@/errors.js'
import { asBuffer } from '@/bytes/asBuffer.js'
import { Begun } from '@/framings/begun.js'
import type { FramingContext, FramingFactory, Step } from '@/framings/framing.js'
import { JsonScanner } from '@/framings/jsonScanner.js'
import { OpenFraming } from '@/framings/openFraming.js'
import { wholeNumber } from '@/framings/wholeNumber.js'

/** What of the stream of JSON values may be set. */
export interface JsonOptions {
  /** How many objects and arrays may be open at once, one inside the other. 1 to 10_000. @default 64 */
  readonly maxDepth?: number
  /** A newline leaves behind each value. Without it a number alone cannot be sent: nothing would show where it ends. @default true */
  readonly newline?: boolean
}

const NEWLINE = 0x0a
const NOTHING = Buffer.alloc(0)

/**
 * JSON values one after the other, with or without white space between. A message is the exact bytes of one value.
 * They are looked at only to find its end, so `JSON.parse` may still refuse them. Unless told otherwise, a newline leaves
 * behind each value: numbers need it to stay apart, and any reader of lines can follow.
 *
 * A number ends only where another byte follows, or with the stream: after `end` has returned, `next` gives it.
 * @see WIRE.md, "json"
 */
export class JsonFraming extends OpenFraming {
  readonly name = 'json'
  readonly announces = false
  readonly #maxDepth: number
  readonly #newline: boolean
  readonly #scanner: JsonScanner
  #outboundScanner: JsonScanner | undefined
  /** The chunk being read, and from where on. */
  #chunk: Buffer = NOTHING
  #at = 0
  readonly #begun = new Begun()
  #ended = false

  /** @throws TransportError OPTION_INVALID */
  constructor(context: Pick<FramingContext, 'writer' | 'maxMessageBytes'>, options: JsonOptions = {}) {
    super(context)
    this.#maxDepth = depthOf(options)
    this.#newline = options.newline ?? true
    this.#scanner = new JsonScanner(this.#maxDepth)
  }

  protected read(): Step | undefined {
    for (;;) {
      if (this.#at === this.#chunk.length && !this.#nextChunk()) return this.#ended ? this.#readEnd() : undefined
      const from = this.#scanner.inside ? this.#at : spaceEnd(this.#chunk, this.#at)
      this.#at = from
      if (from === this.#chunk.length) continue
      const room = this.maxMessageBytes - this.#begun.length
      // Nothing is looked at beyond the byte that is one too many, so that the error is the same for every chunking.
      const chunk = this.#chunk.length - from > room ? this.#chunk.subarray(0, from + room + 1) : this.#chunk
      const end = this.#scanner.scan(chunk, from)
      const part = chunk.subarray(from, end < 0 ? undefined : end)
      if (part.length > room) {
        const size = this.#begun.length + part.length
        throw new TransportError('MESSAGE_TOO_LARGE', { size, limit: this.maxMessageBytes })
      }
      this.#at = from + part.length
      if (end >= 0) return { do: 'deliver', message: this.#begun.takeWith(part) }
      this.#begun.add(part, this.maxMessageBytes)
    }
  }

  #nextChunk(): boolean {
    this.#scanner.pass(this.#chunk.length)
    const chunk = this.input.takeSome(Number.MAX_SAFE_INTEGER)
    this.#chunk = chunk ?? NOTHING
    this.#at = 0
    return chunk !== undefined
  }

  /** Everything is read and nothing more comes. */
  #readEnd(): Step | undefined {
    if (!this.#scanner.inside) return undefined
    if (!this.#scanner.mayEnd) throw new TransportError('FRAME_TRUNCATED', { have: this.#begun.length })
    this.#scanner.reset()
    return { do: 'deliver', message: this.#begun.take() }
  }

  /** What has arrived and is not read yet is read first: then `next` throws what would be thrown here. */
  override end(): void {
    this.#ended = true
    if (this.waiting === this.#begun.length && !this.#scanner.mayEnd) this.#readEnd()
  }

  /** With the bytes of a value that has begun. */
  override get waiting(): number {
    return this.input.length + this.#chunk.length - this.#at + this.#begun.length
  }

  start(_size: number): void {}

  override finish(): void {
    if (this.#newline) this.writer.byte(NEWLINE)
  }

  override objection(size: number, message: Uint8Array | undefined): Detail | undefined {
    if (message === undefined) return { size, problem: 'a streamed message cannot be looked at before it leaves' }
    if (size === 0) return { size, problem: 'nothing is no JSON value' }
    this.#outboundScanner ??= new JsonScanner(this.#maxDepth)
    const scanner = this.#outboundScanner
    scanner.reset()
    try {
      const end = scanner.scan(asBuffer(message), 0)
      if (end === size) return undefined
      if (end < 0 && scanner.mayEnd)
        return this.#newline ? undefined : { size, problem: 'nothing would end the number' }
      return end < 0
        ? { size, problem: 'the value does not end' }
        : { size, offset: end, problem: 'the value ends before' }
    } catch (error) {
      if (error instanceof TransportError) return { size, ...error.detail }
      throw error
    }
  }
}

/**
 * A framing of JSON values for each connection.
 * @throws TransportError OPTION_INVALID at once
 */
export const json = (options: JsonOptions = {}): FramingFactory => {
  const checked = { ...options, maxDepth: depthOf(options) }
  return (context) => new JsonFraming(context, checked)
}

const depthOf = ({ maxDepth = 64 }: JsonOptions): number => wholeNumber('maxDepth', maxDepth, [1, 10_000])

/** Where the white space at `from` ends. */
const spaceEnd = (chunk: Buffer, from: number): number => {
  let at = from
  for (let byte = chunk[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = chunk[at]) at++
  return at
}
