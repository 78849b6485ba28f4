import { ChunkQueue } from '@/bytes/chunkQueue.js'
import type { Decoder, Stretch } from '@/lab/decoders/decoder.js'
import type { Difference, Ending } from '@/lab/replay/difference.js'

const SHOWN_BYTES = 16
/** So many equal bytes between two that differ make two differences of them. */
const APART_BYTES = 8

type BytesDiffer = Extract<Difference, { readonly kind: 'bytes' }>
type Surplus = Extract<Difference, { readonly kind: 'surplus' }>

/** What came of a comparison. */
export interface Compared {
  readonly differences: readonly Difference[]
  /** Further ones, which were only counted. */
  readonly moreDifferences: number
}

/** How it went besides. */
interface Finish {
  /** How the stream of the other end is over. */
  readonly ending: Ending
  /** How it should be; undefined when that is not known. */
  readonly recorded: Ending | undefined
  /** So many bytes could not be said to it. */
  readonly unsentBytes: number
}

const NOTHING = Buffer.alloc(0)

/** Compares what the other end says with what it said in the recording, as it comes. */
export class Comparison {
  readonly #expected = new ChunkQueue()
  readonly #expectedDecoder: Decoder
  readonly #gotDecoder: Decoder
  readonly #maxDifferences: number
  readonly #differences: Difference[] = []
  #moreDifferences = 0
  #receivedBytes = 0
  /** Bytes that came in their place, right or wrong. */
  #placedBytes = 0
  /** The difference that may go on with the next bytes, and behind which byte the last of it stands. */
  #open: BytesDiffer | undefined
  #openEnd = 0
  #surplus: Surplus | undefined

  /** @param decoders two of the same direction; one reads the recording along, the other what comes */
  constructor(expected: readonly Buffer[], decoders: readonly [Decoder, Decoder], maxDifferences: number) {
    for (const bytes of expected) this.#expected.push(bytes)
    ;[this.#expectedDecoder, this.#gotDecoder] = decoders
    this.#maxDifferences = maxDifferences
  }

  get receivedBytes(): number {
    return this.#receivedBytes
  }

  /** So many that are recorded have not come. */
  get missingBytes(): number {
    return this.#expected.length
  }

  /** So many have come in their place. */
  get placedBytes(): number {
    return this.#placedBytes
  }

  /** So many more have come than are recorded. */
  get surplusBytes(): number {
    return this.#surplus?.byteCount ?? 0
  }

  receive(chunk: Buffer): void {
    this.#receivedBytes += chunk.length
    const placed = Math.min(chunk.length, this.#expected.length)
    const got = chunk.subarray(0, placed)
    const expected = this.#expected.take(placed) ?? got
    const [recorded, came] = [this.#expectedDecoder.read(expected), this.#gotDecoder.read(chunk)]
    this.#showMore(expected, got)
    if (!got.equals(expected)) this.#compare(expected, got, recorded, came)
    this.#placedBytes += placed
    if (placed < chunk.length) this.#more(chunk, placed, came)
  }

  /** No more will come. */
  finish({ ending, recorded, unsentBytes }: Finish): Compared {
    this.#settle()
    const offset = this.#placedBytes
    const byteCount = this.missingBytes
    if (byteCount > 0) {
      const some = this.#expected.takeSome(byteCount) ?? NOTHING
      const [expected, expectedMeaning] = [
        some.subarray(0, SHOWN_BYTES),
        meaningAt(this.#expectedDecoder.read(some), 0),
      ]
      this.#note({ kind: 'missing', offset, byteCount, expected, expectedMeaning, because: ending })
    } else if (unsentBytes > 0) this.#note({ kind: 'unsent', offset, byteCount: unsentBytes, because: ending })
    else if (this.#surplus !== undefined) this.#note(this.#surplus)
    else if (recorded !== undefined && recorded !== ending)
      this.#note({ kind: 'ending', offset, expected: recorded, got: ending })
    return { differences: this.#differences, moreDifferences: this.#moreDifferences }
  }

  #compare(expected: Buffer, got: Buffer, recorded: readonly Stretch[], came: readonly Stretch[]): void {
    for (let at = 0; at < got.length; at++) {
      if (got[at] === expected[at]) continue
      const offset = this.#placedBytes + at
      const goesOn = this.#open !== undefined && offset - this.#openEnd < APART_BYTES
      if (!goesOn) this.#settle()
      this.#openEnd = offset + 1
      if (goesOn) continue
      this.#open = {
        kind: 'bytes',
        offset,
        byteCount: 1,
        expected: Buffer.from(expected.subarray(at, at + SHOWN_BYTES)),
        got: Buffer.from(got.subarray(at, at + SHOWN_BYTES)),
        expectedMeaning: meaningAt(recorded, at),
        gotMeaning: meaningAt(came, at),
      }
    }
  }

  /** A difference at the end of the last chunk is shown with the bytes that follow it. */
  #showMore(expected: Buffer, got: Buffer): void {
    const open = this.#open
    if (open === undefined || open.offset + open.expected.length !== this.#placedBytes) return
    const missing = SHOWN_BYTES - open.expected.length
    this.#open = {
      ...open,
      expected: Buffer.concat([open.expected, expected.subarray(0, missing)]),
      got: Buffer.concat([open.got, got.subarray(0, missing)]),
    }
  }

  #more(chunk: Buffer, from: number, came: readonly Stretch[]): void {
    const byteCount = (this.#surplus?.byteCount ?? 0) + chunk.length - from
    this.#surplus ??= {
      kind: 'surplus',
      offset: this.#placedBytes,
      byteCount,
      got: Buffer.from(chunk.subarray(from, from + SHOWN_BYTES)),
      gotMeaning: meaningAt(came, from),
    }
    this.#surplus = { ...this.#surplus, byteCount }
  }

  /** What differed does not go on. */
  #settle(): void {
    const open = this.#open
    this.#open = undefined
    if (open === undefined) return
    const byteCount = this.#openEnd - open.offset
    const shown = Math.min(SHOWN_BYTES, byteCount)
    this.#note({ ...open, byteCount, expected: open.expected.subarray(0, shown), got: open.got.subarray(0, shown) })
  }

  #note(difference: Difference): void {
    if (this.#differences.length < this.#maxDifferences) this.#differences.push(difference)
    else this.#moreDifferences++
  }
}

/** What the byte at `place` belongs to. */
const meaningAt = (stretches: readonly Stretch[], place: number): string => {
  let end = 0
  for (const { bytes, meaning } of stretches) {
    end += bytes.length
    if (place < end) return meaning
  }
  return ''
}
