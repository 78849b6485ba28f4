import type { Role } from '@/framings/framing.js'

/** Rows of one direction whose bytes have not all been found at the other end. */
interface Stream {
  /** Rows, each with the place in the stream at which its bytes end; those before `next` are settled. */
  readonly waiting: { readonly row: number; readonly end: number }[]
  next: number
  said: number
  found: number
}

const SETTLED_AT_ONCE = 1_024

/** Tells when the last byte of a row has been found at the other end, while rows and finds come one after the other. */
export class FoundBytes {
  readonly #streams = new Map<string, Stream>()

  /** The next bytes of this direction are in this row. */
  said(conversation: number, from: Role, row: number, bytes: number): void {
    const key = `${conversation} ${from}`
    const stream = this.#streams.get(key) ?? { waiting: [], next: 0, said: 0, found: 0 }
    this.#streams.set(key, stream)
    stream.said += bytes
    stream.waiting.push({ row, end: stream.said })
  }

  /** So many bytes, the next ones of this direction, were found. @returns the rows that are whole with them */
  found(conversation: number, from: Role, bytes: number): readonly number[] {
    const stream = this.#streams.get(`${conversation} ${from}`)
    const whole: number[] = []
    if (stream === undefined) return whole
    stream.found += bytes
    for (let head = stream.waiting[stream.next]; head !== undefined; head = stream.waiting[stream.next]) {
      if (head.end > stream.found) break
      whole.push(head.row)
      stream.next++
    }
    if (stream.next >= SETTLED_AT_ONCE) {
      stream.waiting.splice(0, stream.next)
      stream.next = 0
    }
    return whole
  }
}
