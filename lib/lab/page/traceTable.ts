import { checkRanges } from '@/core/index.js'
import { ByteWriter } from '@/lab/page/byteWriter.js'
import { FoundBytes } from '@/lab/page/foundBytes.js'
import { type Mark, MARKS, maskOf, PLACE_FLAGS, PLACES } from '@/lab/page/model/marks.js'
import type { RowStretch, TraceRow } from '@/lab/trace/traceRow.js'

/** The numbers of a table. */
export interface TraceTableLimits {
  /** Rows that are kept; later ones are only counted. 1 to 10_000_000. @default 1_000_000 */
  readonly maxRows?: number
  /** Bytes and words that are kept, without those that stand there already. 1_024 to 2^30 bytes. @default 134_217_728 (128 MiB) */
  readonly maxKeptBytes?: number
}

/** Defaults and ranges. */
export const TRACE_TABLE_RANGES = {
  maxRows: [1_000_000, 1, 10_000_000],
  maxKeptBytes: [134_217_728, 1_024, 2 ** 30],
} as const

type Said = Extract<TraceRow, { readonly event: 'said' }>

/** Longest words of one row; a decoder may quote what a peer has sent. */
const MAX_WORDS = 400

/**
 * The rows of a timeline in columns, so that a million of them fit into memory and into a page: about thirty bytes a row,
 * and what was said. Rows may be added while things happen.
 */
export class TraceTable {
  readonly #limits: Readonly<Required<TraceTableLimits>>
  readonly #columns = {
    at: new ByteWriter(),
    mask: new ByteWriter(),
    conversation: new ByteWriter(),
    size: new ByteWriter(),
    kept: new ByteWriter(),
    stretches: new ByteWriter(),
    words: new ByteWriter(),
    bytes: new ByteWriter(),
    strings: new ByteWriter(),
  }
  readonly #at: number[] = []
  readonly #place: number[] = []
  /** NaN where it is not known, so that the numbers lie side by side. */
  readonly #sent: number[] = []
  readonly #received: number[] = []
  readonly #found = new FoundBytes()
  readonly #strings = new Map<string, number>([['', 0]])
  readonly #conversations: (readonly [number: number, opener: string, acceptor: string, dialect: string])[] = []
  #conversation = 0
  #keptBytes = 0
  #lost = 0

  /** @throws TransportError OPTION_INVALID */
  constructor(limits: TraceTableLimits = {}) {
    this.#limits = checkRanges<TraceTableLimits>(limits, TRACE_TABLE_RANGES)
  }

  /** Rows that are kept. */
  get rows(): number {
    return this.#at.length
  }

  /** Rows that found no place. */
  get lost(): number {
    return this.#lost
  }

  get conversations(): number {
    return this.#conversations.length
  }

  /** From the first row to the last one. */
  get spanMs(): number {
    return ((this.#at.at(-1) ?? 0) - (this.#at[0] ?? 0)) / 1_000
  }

  add(row: TraceRow): void {
    if (row.event === 'found') {
      for (const index of this.#found.found(row.conversation, row.from, row.bytes))
        this.#received[index] = Math.max(micros(row.atMs), this.#sent[index] ?? 0)
      return
    }
    const { maxRows, maxKeptBytes } = this.#limits
    if (this.#lost > 0 || this.rows >= maxRows || this.#keptBytes >= maxKeptBytes) this.#lost++
    else this.#keep(row)
  }

  /** Counts rows that were not even shown to it. */
  lose(rows: number): void {
    this.#lost += rows
  }

  /** Everything, for the page to read: the length of the header, the header as JSON, and one column behind the other. */
  encode(): Uint8Array {
    const columns = { ...this.#columns, ...this.#times() }
    const header = JSON.stringify({
      rows: this.rows,
      strings: this.#strings.size,
      lost: this.#lost,
      conversations: this.#conversations,
      columns: Object.entries(columns).map(([name, { length }]) => [name, length]),
    })
    const all = new ByteWriter()
    const head = Buffer.from(header)
    all.whole(head.length)
    all.copy(head)
    for (const { bytes } of Object.values(columns)) all.copy(bytes)
    return all.bytes
  }

  #keep(row: Exclude<TraceRow, { readonly event: 'found' }>): void {
    const at = micros(row.atMs)
    const { at: times, conversation } = this.#columns
    times.signed(at - (this.#at.at(-1) ?? 0))
    conversation.signed(row.conversation - this.#conversation)
    this.#conversation = row.conversation
    const index = this.#at.push(at) - 1
    if (row.event === 'said') this.#keepSaid(row, index)
    else this.#keepMark(row)
  }

  #keepSaid(row: Said, index: number): void {
    const { conversation, from, what, bytes, hex, kinds, stretches, meaning, sentMs, receivedMs } = row
    const { mask, size, kept } = this.#columns
    const shown = Buffer.from(hex, 'hex')
    mask.whole(maskOf(what === 'bytes' ? kinds : [what]))
    size.whole(bytes)
    kept.whole(shown.length)
    this.#columns.bytes.copy(shown)
    this.#keptBytes += shown.length
    this.#keepStretches(stretches)
    this.#keepWords(meaning === joined(stretches) ? '' : meaning)
    this.#place.push(PLACES.indexOf(from))
    this.#sent.push(micros(sentMs))
    this.#received.push(micros(receivedMs))
    if (receivedMs === undefined && what === 'bytes') this.#found.said(conversation, from, index, bytes)
  }

  #keepStretches(stretches: readonly RowStretch[]): void {
    const column = this.#columns.stretches
    column.whole(stretches.length)
    for (const { kind, bytes, meaning } of stretches) {
      column.byte(MARKS.indexOf(kind))
      column.whole(bytes)
      column.whole(this.#string(meaning))
    }
  }

  #keepMark(row: Exclude<TraceRow, { readonly event: 'found' | 'said' }>): void {
    const [mark, place, words] = markOf(row)
    const failed = row.event === 'close' && row.code !== undefined
    this.#columns.mask.whole(maskOf([mark]))
    this.#keepWords(words)
    this.#place.push(PLACES.indexOf(place) + (failed ? PLACE_FLAGS.failed : 0))
    this.#sent.push(Number.NaN)
    this.#received.push(Number.NaN)
    if (row.event !== 'open') return
    this.#conversations.push([
      row.conversation,
      clipped(row.opener ?? ''),
      clipped(row.acceptor ?? ''),
      clipped(row.dialect),
    ])
  }

  #keepWords(words: string): void {
    this.#columns.words.whole(this.#string(words))
  }

  /** The number of a text; each is kept once. */
  #string(words: string): number {
    const text = clipped(words)
    const known = this.#strings.get(text)
    if (known !== undefined) return known
    const number = this.#strings.size
    const bytes = Buffer.from(text)
    this.#strings.set(text, number)
    this.#columns.strings.whole(bytes.length)
    this.#columns.strings.copy(bytes)
    this.#keptBytes += bytes.length
    return number
  }

  /** What is known of a row only when all are there: when its bytes came. */
  #times(): { readonly place: ByteWriter; readonly sent: ByteWriter; readonly received: ByteWriter } {
    const [place, sent, received] = [new ByteWriter(), new ByteWriter(), new ByteWriter()]
    for (const [index, at] of this.#at.entries()) {
      const { [index]: left = Number.NaN } = this.#sent
      const { [index]: came = Number.NaN } = this.#received
      const flags = (Number.isNaN(left) ? 0 : PLACE_FLAGS.sent) + (Number.isNaN(came) ? 0 : PLACE_FLAGS.received)
      place.byte((this.#place[index] ?? 0) + flags)
      if (flags & PLACE_FLAGS.sent) sent.signed(left - at)
      if (flags & PLACE_FLAGS.received) received.signed(came - at)
    }
    return { place, sent, received }
  }
}

const markOf = (
  row: Exclude<TraceRow, { readonly event: 'found' | 'said' }>,
): readonly [mark: Mark, place: (typeof PLACES)[number], words: string] => {
  switch (row.event) {
    case 'open': {
      const { opener = '?', acceptor = '?', dialect } = row
      return ['open', 'between', `${opener} to ${acceptor}, ${dialect}`]
    }
    case 'note':
      return [row.about, row.at, row.words]
    case 'close':
      return ['close', row.at, `over: ${row.words}${row.code === undefined ? '' : ` [${row.code}]`}`]
  }
}

/** As the page puts the words of the stretches together. */
const joined = (stretches: readonly RowStretch[]): string =>
  stretches
    .map(({ meaning }) => meaning)
    .filter((meaning) => meaning !== '')
    .join('; ')

const clipped = (words: string): string => (words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS)} ..` : words)

const micros = (ms: number | undefined): number => (ms === undefined ? Number.NaN : Math.round(ms * 1_000))
