import { ByteReader } from '@/lab/page/model/byteReader.js'
import { MARKS, mainMark, maskOf, PLACE_FLAGS } from '@/lab/page/model/marks.js'
import { Texts } from '@/lab/page/model/texts.js'

/** What stands before the columns. */
export interface PageHeader {
  readonly rows: number
  readonly strings: number
  readonly lost: number
  readonly conversations: readonly (readonly [number: number, opener: string, acceptor: string, dialect: string])[]
  readonly columns: readonly (readonly [name: string, bytes: number])[]
}

/** Bytes of a row that mean one thing; `shown` are those of them that were kept. */
export interface PageStretch {
  readonly mark: number
  readonly bytes: number
  readonly shown: Uint8Array
  readonly meaning: string
}

/** The rows of a page as typed arrays, each by its number; times are whole microseconds, NaN where they are not known. */
export class Rows {
  readonly header: PageHeader
  readonly count: number
  readonly at: Float64Array
  readonly sent: Float64Array
  readonly received: Float64Array
  readonly conversation: Uint32Array
  /** The set of its marks. */
  readonly mask: Uint32Array
  /** The mark it is drawn as. */
  readonly main: Uint8Array
  /** 0 the end that opened, 1 the end that accepted, 2 between. */
  readonly place: Uint8Array
  readonly failed: Uint8Array
  /** Bytes that were said, also those that were not kept. */
  readonly size: Uint32Array
  /** The text of its own words; 0 when its stretches have them. */
  readonly text: Uint32Array
  readonly bytes: Uint8Array
  readonly texts: Texts
  /** Where the kept bytes of a row begin. */
  readonly #byteStart: Float64Array
  /** Where the stretches of a row begin in `#stretchMark` and its siblings. */
  readonly #stretchStart: Uint32Array
  readonly #stretchMark: number[] = []
  readonly #stretchBytes: number[] = []
  readonly #stretchText: number[] = []

  /** @param all what a `TraceTable` has encoded */
  constructor(all: Uint8Array) {
    const { header, columns } = columnsIn(all)
    const { rows } = header
    const column = (name: string): ByteReader => new ByteReader(columns.get(name) ?? new Uint8Array())
    this.header = header
    this.count = rows
    this.at = new Float64Array(rows)
    this.sent = new Float64Array(rows).fill(Number.NaN)
    this.received = new Float64Array(rows).fill(Number.NaN)
    this.conversation = new Uint32Array(rows)
    this.mask = new Uint32Array(rows)
    this.main = new Uint8Array(rows)
    this.place = new Uint8Array(rows)
    this.failed = new Uint8Array(rows)
    this.size = new Uint32Array(rows)
    this.text = new Uint32Array(rows)
    this.bytes = columns.get('bytes') ?? new Uint8Array()
    this.#byteStart = new Float64Array(rows + 1)
    this.#stretchStart = new Uint32Array(rows + 1)
    this.#readPlaces(column('at'), column('conversation'), column('mask'))
    this.#readTimes(column('place'), column('sent'), column('received'))
    this.#readSaid(column('size'), column('kept'), column('stretches'), column('words'))
    this.texts = new Texts(columns.get('strings') ?? new Uint8Array(), header.strings)
  }

  /** Bytes were said in it, an end or a reset too. */
  isSaid(row: number): boolean {
    return ((this.mask[row] ?? 0) & SAID) !== 0
  }

  /** The bytes of a row that were kept. */
  shown(row: number): Uint8Array {
    return this.bytes.subarray(this.#byteStart[row], this.#byteStart[row + 1])
  }

  /** The row whose kept bytes have this place in `bytes`. */
  rowOfByte(place: number): number {
    let [low, high] = [0, this.count]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#byteStart[middle] ?? 0) <= place) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Where the kept bytes of a row end in `bytes`. */
  endOfBytes(row: number): number {
    return this.#byteStart[row + 1] ?? 0
  }

  stretches(row: number): PageStretch[] {
    const shown = this.shown(row)
    const found: PageStretch[] = []
    let at = 0
    for (let index = this.#stretchStart[row] ?? 0; index < (this.#stretchStart[row + 1] ?? 0); index++) {
      const bytes = this.#stretchBytes[index] ?? 0
      const meaning = this.texts.text(this.#stretchText[index] ?? 0)
      found.push({ mark: this.#stretchMark[index] ?? 0, bytes, shown: shown.subarray(at, at + bytes), meaning })
      at += bytes
    }
    return found
  }

  /** Whether one of the texts of a row is in this set, which has a 1 at their numbers. */
  hasText(row: number, texts: Uint8Array): boolean {
    if (texts[this.text[row] ?? 0] === 1) return true
    const end = this.#stretchStart[row + 1] ?? 0
    for (let index = this.#stretchStart[row] ?? 0; index < end; index++) {
      if (texts[this.#stretchText[index] ?? 0] === 1) return true
    }
    return false
  }

  #readPlaces(at: ByteReader, conversation: ByteReader, mask: ByteReader): void {
    let [time, number] = [0, 0]
    for (let row = 0; row < this.count; row++) {
      this.at[row] = time += at.signed()
      this.conversation[row] = number += conversation.signed()
      const marks = mask.whole() || maskOf(['bytes'])
      this.mask[row] = marks
      this.main[row] = mainMark(marks)
    }
  }

  #readTimes(place: ByteReader, sent: ByteReader, received: ByteReader): void {
    for (let row = 0; row < this.count; row++) {
      const flags = place.byte()
      this.place[row] = flags & 3
      this.failed[row] = flags & PLACE_FLAGS.failed
      if (flags & PLACE_FLAGS.sent) this.sent[row] = (this.at[row] ?? 0) + sent.signed()
      if (flags & PLACE_FLAGS.received) this.received[row] = (this.at[row] ?? 0) + received.signed()
    }
  }

  #readSaid(size: ByteReader, kept: ByteReader, stretches: ByteReader, words: ByteReader): void {
    let start = 0
    for (let row = 0; row < this.count; row++) {
      this.text[row] = words.whole()
      if (this.isSaid(row)) {
        this.size[row] = size.whole()
        start += kept.whole()
        for (let left = stretches.whole(); left > 0; left--) {
          this.#stretchMark.push(stretches.byte())
          this.#stretchBytes.push(stretches.whole())
          this.#stretchText.push(stretches.whole())
        }
      }
      this.#byteStart[row + 1] = start
      this.#stretchStart[row + 1] = this.#stretchMark.length
    }
  }
}

/** The marks of what crosses from one end to the other: all before `open`. */
export const SAID = (1 << MARKS.indexOf('open')) - 1

/** What a `TraceTable` has encoded, taken apart. */
export const columnsIn = (all: Uint8Array): { header: PageHeader; columns: ReadonlyMap<string, Uint8Array> } => {
  const reader = new ByteReader(all)
  const headBytes = reader.whole()
  const headStart = reader.place
  const header: PageHeader = JSON.parse(new TextDecoder().decode(all.subarray(headStart, headStart + headBytes)))
  const columns = new Map<string, Uint8Array>()
  let at = headStart + headBytes
  for (const [name, bytes] of header.columns) {
    columns.set(name, all.subarray(at, at + bytes))
    at += bytes
  }
  return { header, columns }
}
