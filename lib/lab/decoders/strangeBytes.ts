import { looksLike } from '@/framings/looksLike.js'
import type { Stretch } from '@/lab/decoders/decoder.js'

/** So many first bytes show what they look like. */
const TELLING_BYTES = 4

/** Bytes that do not fit, up to the end of the stream: says once why, and what the first of them look like. */
export class StrangeBytes {
  readonly #problem: string
  readonly #start: number[] = []

  constructor(problem: string) {
    this.#problem = problem
  }

  read(bytes: Buffer): Stretch[] {
    const first = bytes.subarray(0, TELLING_BYTES - this.#start.length)
    const rest = bytes.subarray(first.length)
    this.#start.push(...first)
    const endsField = this.#start.length === TELLING_BYTES
    const meaning = endsField ? this.#words : this.#problem
    return [
      ...(first.length === 0 ? [] : [strange(first, endsField, meaning)]),
      ...(rest.length === 0 ? [] : [strange(rest, false, '')]),
    ]
  }

  /** Undefined when all has been said. */
  end(): string | undefined {
    return this.#start.length < TELLING_BYTES ? this.#words : undefined
  }

  get #words(): string {
    const like = looksLike(Buffer.from(this.#start))
    return `${this.#problem}${like === undefined ? '' : `; ${like}`}`
  }
}

const strange = (bytes: Buffer, endsField: boolean, meaning: string): Stretch => ({
  kind: 'bytes',
  bytes,
  endsField,
  endsFrame: false,
  meaning,
})
