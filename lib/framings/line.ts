import { type Detail, TransportError } from '@/errors.js'
import { asBuffer } from '@/bytes/asBuffer.js'
import { Begun } from '@/framings/begun.js'
import type { FramingContext, FramingFactory, Step } from '@/framings/framing.js'
import { OpenFraming } from '@/framings/openFraming.js'

/** What ends a line. */
export interface LineOptions {
  /** What ends each message: 1 to 16 bytes; text is taken as UTF-8. @default "\n" */
  readonly delimiter?: string | Uint8Array
  /** One carriage return directly before the delimiter belongs to it. @default true, but false for a delimiter of your own */
  readonly stripCarriageReturn?: boolean
  /** At the end of the stream a last line without its delimiter is a message, too, and no error. @default false */
  readonly lastLineMayLackDelimiter?: boolean
}

const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d
const MAX_DELIMITER_BYTES = 16
const NOTHING = Buffer.alloc(0)

/**
 * Messages that end with a delimiter, which they therefore cannot contain. A line above `maxMessageBytes` is an error
 * at the latest when that many bytes and those of a delimiter are here without one, so no more are ever held.
 * @see WIRE.md, "line"
 */
export class LineFraming extends OpenFraming {
  readonly name = 'line'
  readonly announces = false
  readonly #delimiter: Buffer
  readonly #strips: boolean
  readonly #mayLackLast: boolean
  /** The chunk being read, and from where on. */
  #chunk: Buffer = NOTHING
  #at = 0
  readonly #begun = new Begun()
  #ended = false

  /** @throws TransportError OPTION_INVALID */
  constructor(context: Pick<FramingContext, 'writer' | 'maxMessageBytes'>, options: LineOptions = {}) {
    super(context)
    this.#delimiter = delimiterOf(options.delimiter ?? '\n')
    this.#strips = options.stripCarriageReturn ?? isNewline(this.#delimiter)
    this.#mayLackLast = options.lastLineMayLackDelimiter ?? false
  }

  protected read(): Step | undefined {
    for (;;) {
      if (this.#at === this.#chunk.length) {
        const chunk = this.input.takeSome(Number.MAX_SAFE_INTEGER)
        this.#chunk = chunk ?? NOTHING
        this.#at = 0
        if (chunk === undefined) return this.#ended ? this.#readEnd() : undefined
      }
      const line = this.#nextLine()
      if (line !== undefined) return { do: 'deliver', message: line }
    }
  }

  /** The next line of this chunk; when there is none, what is left of the chunk becomes the beginning of one. */
  #nextLine(): Buffer | undefined {
    const chunk = this.#chunk
    const from = this.#at
    if (this.#delimiter.length > 1 && this.#begun.length > 0) {
      const across = this.#lineAcross()
      if (across !== undefined) return across
    }
    const end = isNewline(this.#delimiter) ? chunk.indexOf(NEWLINE, from) : chunk.indexOf(this.#delimiter, from)
    if (end >= 0) {
      this.#at = end + this.#delimiter.length
      return this.#lineOf(this.#begun.takeWith(chunk.subarray(from, end)))
    }
    const most = this.maxMessageBytes + this.#delimiter.length - (this.#strips ? 0 : 1)
    const have = this.#begun.length + chunk.length - from
    if (have > most) throw this.#tooLarge(have)
    this.#begun.add(chunk.subarray(from), most)
    this.#at = chunk.length
    return undefined
  }

  /** The line whose delimiter began in an earlier chunk and ends in this one. */
  #lineAcross(): Buffer | undefined {
    const reach = this.#delimiter.length - 1
    const before = this.#begun.last(reach)
    const seam = Buffer.concat([before, this.#chunk.subarray(this.#at, this.#at + reach)])
    const found = seam.indexOf(this.#delimiter)
    if (found < 0) return undefined
    this.#at += found + this.#delimiter.length - before.length
    const bytes = this.#begun.take()
    return this.#lineOf(bytes.subarray(0, bytes.length - before.length + found))
  }

  #lineOf(bytes: Buffer): Buffer {
    const strip = this.#strips && bytes[bytes.length - 1] === CARRIAGE_RETURN
    const line = strip ? bytes.subarray(0, -1) : bytes
    if (line.length > this.maxMessageBytes) throw this.#tooLarge(line.length)
    return line
  }

  #tooLarge(size: number): TransportError {
    return new TransportError('MESSAGE_TOO_LARGE', { size, limit: this.maxMessageBytes })
  }

  /** Everything is read and nothing more comes. */
  #readEnd(): Step | undefined {
    if (this.#begun.length === 0) return undefined
    if (!this.#mayLackLast) throw new TransportError('FRAME_TRUNCATED', { have: this.#begun.length })
    return { do: 'deliver', message: this.#lineOf(this.#begun.take()) }
  }

  /** What has arrived and is not read yet is read first: then `next` throws what would be thrown here. */
  override end(): void {
    this.#ended = true
    if (this.waiting === this.#begun.length && !this.#mayLackLast) this.#readEnd()
  }

  /** With the bytes of a line that has begun. */
  override get waiting(): number {
    return this.input.length + this.#chunk.length - this.#at + this.#begun.length
  }

  start(_size: number): void {}

  override finish(): void {
    this.writer.bytes(this.#delimiter)
  }

  override objection(size: number, message: Uint8Array | undefined): Detail | undefined {
    if (message === undefined) return { size, problem: 'a streamed message may contain the delimiter' }
    const bytes = asBuffer(message)
    const delimiterAt = this.#delimiterIn(bytes)
    if (delimiterAt < bytes.length) return { size, delimiterAt, problem: 'the message contains the delimiter' }
    if (!this.#strips || bytes[bytes.length - 1] !== CARRIAGE_RETURN) return undefined
    return { size, problem: 'the carriage return at the end of the message would be taken for a part of the delimiter' }
  }

  /** Where a reader of this message and the delimiter behind it finds the delimiter. */
  #delimiterIn(message: Buffer): number {
    const within = message.indexOf(this.#delimiter)
    const reach = this.#delimiter.length - 1
    if (within >= 0 || reach === 0) return within < 0 ? message.length : within
    const tail = message.subarray(Math.max(0, message.length - reach))
    return message.length - tail.length + Buffer.concat([tail, this.#delimiter]).indexOf(this.#delimiter)
  }
}

/**
 * A framing of such lines for each connection.
 * @throws TransportError OPTION_INVALID at once
 */
export const line = (options: LineOptions = {}): FramingFactory => {
  const delimiter = delimiterOf(options.delimiter ?? '\n')
  const checked = { ...options, delimiter }
  return (context) => new LineFraming(context, checked)
}

const isNewline = (delimiter: Buffer): boolean => delimiter.length === 1 && delimiter[0] === NEWLINE

const delimiterOf = (given: unknown): Buffer => {
  const bytes = typeof given === 'string' || given instanceof Uint8Array ? Buffer.from(given) : NOTHING
  if (bytes.length > 0 && bytes.length <= MAX_DELIMITER_BYTES) return bytes
  const expected = `text or bytes, 1 to ${MAX_DELIMITER_BYTES} bytes long`
  throw new TransportError('OPTION_INVALID', { option: 'delimiter', given: `${bytes.length} bytes`, expected })
}
