import type { Role } from '@/framings/framing.js'
import type { Stretch } from '@/lab/decoders/decoder.js'
import type { Crossing } from '@/lab/relay/relayEvent.js'

/** Where something happened: at one of the ends, or in the middle. */
export type Spot = Role | 'between'

/** What a note is about. */
export type NoteKind =
  | 'partial'
  | 'withheld'
  | 'drain'
  | 'timeout'
  | 'limit'
  | 'collision'
  | 'error'
  | 'fault'
  | 'ending'

/**
 * One line of a timeline. `conversation` counts from 1; times are milliseconds of the clock of the source. `bytes` share
 * memory with what passes: look, copy what is kept, do not change.
 */
export type TraceEvent = { readonly conversation: number; readonly atMs: number } & (
  | {
      readonly kind: 'open'
      /** As `HOST:PORT`, as far as they are known. */
      readonly opener?: string
      readonly acceptor?: string
      /** How it is read along. */
      readonly dialect: string
    }
  /** One end said something. Each byte of a conversation is told once. */
  | {
      readonly kind: 'said'
      readonly from: Role
      readonly what: Crossing
      readonly bytes: Buffer
      /** When it left who said it; undefined when that was not seen. */
      readonly sentMs?: number
      /** When it reached the other end; undefined when that was not seen, or not yet. */
      readonly receivedMs?: number
      /** The bytes, cut where their meaning changes; none for an end or a reset. */
      readonly stretches: readonly Stretch[]
      /** In words, such as `length 5; payload, 5 bytes`; empty for bytes that are not understood. */
      readonly meaning: string
    }
  /** So many bytes, told before as said by `from`, have been found at the other end. */
  | { readonly kind: 'found'; readonly from: Role; readonly byteCount: number }
  | { readonly kind: 'note'; readonly at: Spot; readonly about: NoteKind; readonly words: string }
  /** One end, or the whole (`between`), is over; without a code it ended in good order. */
  | {
      readonly kind: 'close'
      readonly at: Spot
      readonly code?: string
      readonly words: string
      /** Nothing more will be told of this conversation. */
      readonly last: boolean
    }
)

/** Takes the lines of a timeline as they come. */
export type TraceListener = (event: TraceEvent) => void
