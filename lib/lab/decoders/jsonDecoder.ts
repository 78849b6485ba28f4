import { TransportError } from '@/errors.js'
import { JsonScanner } from '@/framings/jsonScanner.js'
import type { Decoder, Stretch } from '@/lab/decoders/decoder.js'
import { inBytes } from '@/lab/decoders/inBytes.js'
import { type MessageReader, payloadStretches } from '@/lab/decoders/messageReader.js'
import { StrangeBytes } from '@/lab/decoders/strangeBytes.js'
import { ValueReader } from '@/lab/decoders/valueReader.js'

/** Far beyond what any of our framings takes. */
const MAX_DEPTH = 1_024

/**
 * JSON values one after the other, and white space between. Only what follows a number shows that it is whole: white
 * space ends its frame then, and any other value is one frame with it.
 * @see framings/WIRE.md, "json"
 */
export class JsonDecoder implements Decoder {
  readonly #scanner = new JsonScanner(MAX_DEPTH)
  readonly #values: MessageReader
  /** Bytes of the value that has begun. */
  #have = 0
  /** The last byte that was no white space was of a number. */
  #number = false
  /** Bytes of earlier chunks, as the scanner counts them. */
  #passedBytes = 0
  #strange: StrangeBytes | undefined

  /** @param values reads what is in them */
  constructor(values: MessageReader = new ValueReader()) {
    this.#values = values
  }

  read(chunk: Buffer): readonly Stretch[] {
    const found: Stretch[] = []
    for (let at = 0; at < chunk.length; ) {
      for (const stretch of this.#next(chunk, at)) {
        found.push(stretch)
        at += stretch.bytes.length
      }
    }
    this.#scanner.pass(chunk.length)
    this.#passedBytes += chunk.length
    return found
  }

  /** Perhaps none, when all that was found is the end of a number. */
  #next(chunk: Buffer, at: number): readonly Stretch[] {
    if (this.#strange !== undefined) return this.#strange.read(chunk.subarray(at))
    const begins = !this.#scanner.inside
    if (isSpace(chunk[at]) && (begins || this.#scanner.mayEnd)) return [this.#space(chunk, at)]
    try {
      if (begins) this.#begin(chunk[at] ?? 0)
      const end = this.#scanner.scan(chunk, at)
      return this.#value(chunk.subarray(at, end < 0 ? chunk.length : end), end >= 0 && !this.#number)
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      return this.#malformed(chunk, at, error)
    }
  }

  #begin(first: number): void {
    this.#values.begin(Number.POSITIVE_INFINITY)
    this.#have = 0
    this.#number = first === MINUS || (first >= ZERO && first <= NINE)
  }

  #value(bytes: Buffer, last: boolean): readonly Stretch[] {
    this.#have = last ? 0 : this.#have + bytes.length
    return payloadStretches(this.#values, bytes, last)
  }

  /** The byte behind a number by itself, otherwise all the white space there is. */
  #space(chunk: Buffer, at: number): Stretch {
    if (!this.#number) {
      let end = at
      while (isSpace(chunk[end])) end++
      return { kind: 'delimiter', bytes: chunk.subarray(at, end), endsField: false, endsFrame: false, meaning: '' }
    }
    this.#scanner.reset()
    this.#passedBytes = 0
    this.#number = false
    this.#have = 0
    const { meaning } = this.#values.read(chunk.subarray(at, at), true)
    return { kind: 'delimiter', bytes: chunk.subarray(at, at + 1), endsField: true, endsFrame: true, meaning }
  }

  /** What stands before the byte that does not fit is of the value. */
  #malformed(chunk: Buffer, at: number, { detail }: TransportError): readonly Stretch[] {
    const end = Number(detail['offset']) - this.#passedBytes
    this.#strange = new StrangeBytes(`no JSON: ${String(detail['problem'])}`)
    return payloadStretches(this.#values, chunk.subarray(at, end), false)
  }

  end(): string | undefined {
    if (this.#strange !== undefined) return this.#strange.end()
    return this.#have === 0 || this.#number ? undefined : `it ends inside a value, after ${inBytes(this.#have)}`
  }
}

const [MINUS, ZERO, NINE] = [0x2d, 0x30, 0x39]
const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
