import type { WireKind } from '@/lab/decoders/decoder.js'

/**
 * What one direction of a connection carries past its faults: bytes, or one of its two ends. `end` is the orderly one
 * (FIN), `reset` the other; their `bytes` are empty, and nothing comes behind them.
 */
export interface Part {
  readonly kind: WireKind | 'end' | 'reset'
  readonly bytes: Buffer
  /** A frame is whole with it. */
  readonly endsFrame: boolean
  /** When it arrived, in milliseconds of the clock. */
  readonly arrivedMs: number
  /** Not to leave before, in milliseconds of the clock. */
  readonly dueMs: number
}

const FRAMED: ReadonlySet<Part['kind']> = new Set(['length', 'payload', 'delimiter'])

/** It belongs to a frame. */
export const isOfFrame = ({ kind }: Part): boolean => FRAMED.has(kind)

/** The first `count` bytes, and the rest; either may have none. What ends the frame is the last byte. */
export const cutPart = (part: Part, count: number): readonly [head: Part, rest: Part] => [
  { ...part, bytes: part.bytes.subarray(0, count), endsFrame: part.endsFrame && count >= part.bytes.length },
  { ...part, bytes: part.bytes.subarray(count) },
]

/** The orderly end of a stream. */
export const endPart = (atMs: number): Part => mark('end', atMs)
/** The end of a stream that was reset. */
export const resetPart = (atMs: number): Part => mark('reset', atMs)

const NOTHING = Buffer.alloc(0)
const mark = (kind: 'end' | 'reset', atMs: number): Part => ({
  kind,
  bytes: NOTHING,
  endsFrame: false,
  arrivedMs: atMs,
  dueMs: atMs,
})
