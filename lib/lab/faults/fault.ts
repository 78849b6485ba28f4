import type { Part } from '@/lab/faults/part.js'

/** What a fault may use of the direction it works on. */
export interface Passage {
  /** Milliseconds of the clock. */
  now(): number
  /** 0 to less than 1, the same for the same seed. Each fault has its own for each connection and direction. */
  random(): number
  /** Waits for that time of the clock, for ever if it is Infinity; or until the fault is taken away. */
  until(atMs: number): Promise<void>
  /** Tells those who look on what the fault did. */
  note(did: string): void
  /** Ends the connection in good order: both ends get the end of the stream behind what has left, and no more is read. */
  close(): void
  /** Resets the connection at both ends. */
  reset(): void
}

/** Which way a fault works: from the end that connected to the other (`up`), from that one back (`down`), or both. */
export type Way = 'up' | 'down'

/**
 * Something that goes wrong between two ends. It says what it does and keeps nothing: each connection and direction
 * runs its `through` anew. Bytes are never put in another order.
 */
export interface Fault {
  /** As it is written: `parseFault(fault.name)` gives the same fault. */
  readonly name: string
  /** It counts frames or answers, so the connection must be decoded, and each part of a frame comes by itself. */
  readonly framed: boolean
  /** It works on answers alone, so that it does nothing where there are none. @default false */
  readonly answered?: boolean
  /** @default both ways */
  readonly way?: Way
  /**
   * Parts in, parts out. The next part is asked for when the one before it has left. Parts stop coming without `end` or
   * `reset` when the fault is taken away: what it still holds is handed on then, and `until` no longer waits.
   */
  through(parts: AsyncIterable<Part>, passage: Passage): AsyncIterable<Part>
}

/** The fault on the way from the end that connected only. */
export const up = (fault: Fault): Fault => oneWay(fault, 'up')
/** The fault on the way to the end that connected only. */
export const down = (fault: Fault): Fault => oneWay(fault, 'down')

const oneWay = (fault: Fault, way: Way): Fault => {
  const name = fault.way === undefined ? fault.name : fault.name.replace(/\/(up|down)$/, '')
  return { ...fault, name: `${name}/${way}`, way, through: (parts, passage) => fault.through(parts, passage) }
}
