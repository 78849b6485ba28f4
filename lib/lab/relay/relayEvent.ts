import type { Role } from '@/framings/framing.js'

/** What crosses a relay: bytes, the orderly end of a stream (FIN), or the other kind (RST). */
export type Crossing = 'bytes' | 'end' | 'reset'

/**
 * What happens at a relay. Times are milliseconds of its clock; `from` is the end whose stream it is. `bytes` are to
 * look at, not to change, and empty for an end or a reset.
 */
export type RelayEvent =
  /** It came from the end that said it. */
  | {
      readonly kind: 'arrived'
      readonly from: Role
      readonly what: Crossing
      readonly atMs: number
      readonly bytes: Buffer
    }
  /** It left for the other end; `arrivedMs` is when it, or what it was made from, had come. */
  | {
      readonly kind: 'delivered'
      readonly from: Role
      readonly what: Crossing
      readonly atMs: number
      readonly arrivedMs: number
      readonly bytes: Buffer
    }
  /** A fault did something worth telling. */
  | {
      readonly kind: 'fault'
      readonly from: Role
      readonly atMs: number
      readonly fault: string
      readonly did: string
    }
  /** Both sides are gone. A cause is there when a fault or who looks on threw. */
  | { readonly kind: 'closed'; readonly atMs: number; readonly cause?: Error }
