import { checkRanges } from '@/core/index.js'
import { tracePage, type TracePageOptions } from '@/lab/page/tracePage.js'
import { TraceTable } from '@/lab/page/traceTable.js'
import { foundWhen } from '@/lab/trace/foundWhen.js'
import { Ladder, type LadderStyle } from '@/lab/trace/ladder.js'
import type { TraceEvent } from '@/lab/trace/traceEvent.js'
import { type TraceRow, traceRow } from '@/lab/trace/traceRow.js'

/** The number of a timeline. */
export interface TimelineLimits {
  /** Rows that are kept; later ones are only counted. 1 to 10_000_000. @default 100_000 */
  readonly maxRows?: number
}

/** Default and range. */
export const TIMELINE_RANGES = { maxRows: [100_000, 1, 10_000_000] } as const

/** Keeps what happened, and draws it. */
export class Timeline {
  readonly #maxRows: number
  readonly #rows: TraceRow[] = []
  #startMs: number | undefined
  #lost = 0

  /** @throws TransportError OPTION_INVALID */
  constructor(limits: TimelineLimits = {}) {
    this.#maxRows = checkRanges<TimelineLimits>(limits, TIMELINE_RANGES).maxRows
  }

  /** Rows that found no place. */
  get lost(): number {
    return this.#lost
  }

  add(event: TraceEvent): void {
    this.#startMs ??= event.atMs
    if (this.#rows.length < this.#maxRows) this.#rows.push(traceRow(event, this.#startMs))
    else this.#lost++
  }

  /** What happened, in its order; of bytes whose both ends were watched, `receivedMs` says when the last of them came. */
  get rows(): readonly TraceRow[] {
    const streams = this.#streams()
    return this.#rows.map((row) => {
      const stream = streams.get(streamOf(row))
      if (row.event !== 'said' || row.receivedMs !== undefined || stream === undefined) return row
      stream.place += row.bytes
      const receivedMs = stream.when(stream.place)
      return receivedMs === undefined ? row : { ...row, receivedMs: Math.max(receivedMs, row.sentMs ?? 0) }
    })
  }

  /** A picture in text: what each end said, when it left and when it came, and what happened besides. */
  ladder(style: Partial<LadderStyle> = {}): string {
    const { rows } = this
    const numbered = rows.some(({ conversation }) => conversation > 1)
    const ladder = new Ladder({ numbered, ...style })
    const lines = rows.map((row) => ladder.row(row)).filter((line) => line !== undefined)
    const more = this.#lost === 0 ? [] : [`  and ${this.#lost} more`]
    return [ladder.head(), ...lines, ...more, ''].join('\n')
  }

  /** One JSON object a line. */
  jsonLines(): string {
    return this.rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  }

  /** One HTML page to move and zoom in, which opens without a network. */
  html(options: TracePageOptions = {}): string {
    const table = new TraceTable({ maxRows: this.#maxRows })
    for (const row of this.#rows) table.add(row)
    table.lose(this.#lost)
    return tracePage(table, options)
  }

  /** What was found of each direction of each conversation. */
  #streams(): Map<string, Stream> {
    const found = new Map<string, { readonly atMs: number; readonly bytes: number }[]>()
    for (const row of this.#rows) {
      if (row.event !== 'found') continue
      const reads = found.get(streamOf(row)) ?? []
      reads.push(row)
      found.set(streamOf(row), reads)
    }
    return new Map([...found].map(([key, reads]) => [key, { when: foundWhen(reads), place: 0 }]))
  }
}

interface Stream {
  readonly when: ReturnType<typeof foundWhen>
  /** Bytes told as said so far. */
  place: number
}

const streamOf = (row: TraceRow): string => ('from' in row ? `${row.conversation} ${row.from}` : '')
