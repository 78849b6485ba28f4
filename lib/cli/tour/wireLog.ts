import { CoreTap, type TraceEvent } from '@/lab/index.js'

/** Bytes that one end wrote at once, or found at once. Times are milliseconds of a clock that all processes share. */
export interface WireRow {
  readonly atMs: number
  readonly how: 'wrote' | 'read'
  readonly bytes: number
  /** Of the first bytes. */
  readonly hex: string
  /** What was said with it. */
  readonly meaning: string
}

const SHOWN_BYTES = 8

/** Writes down what one connection of this process writes and reads: the first that opens after the log was begun. */
export class WireLog {
  readonly rows: WireRow[] = []
  readonly #tap: CoreTap
  /** What to add to the times of the events, which begin with the process. */
  readonly #offsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now()

  constructor() {
    this.#tap = new CoreTap((event) => this.#heard(event))
  }

  end(): void {
    this.#tap.end()
  }

  #heard(event: TraceEvent): void {
    if (event.kind !== 'said' || event.conversation !== 1) return
    const { bytes, meaning } = event
    const hex = bytes.subarray(0, SHOWN_BYTES).toString('hex')
    const how = event.sentMs === undefined ? 'read' : 'wrote'
    this.rows.push({ atMs: event.atMs + this.#offsetMs, how, bytes: bytes.length, hex, meaning })
  }
}
