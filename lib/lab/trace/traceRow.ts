import type { Role } from '@/framings/framing.js'
import type { Stretch, WireKind } from '@/lab/decoders/decoder.js'
import type { Crossing } from '@/lab/relay/relayEvent.js'
import { MOST_STRETCHES } from '@/lab/trace/meaningOf.js'
import type { NoteKind, Spot, TraceEvent } from '@/lab/trace/traceEvent.js'

/** A line of a timeline as plain data that can be kept and written as JSON. Times are milliseconds since its beginning. */
export type TraceRow = { readonly conversation: number; readonly atMs: number } & (
  | { readonly event: 'open'; readonly opener?: string; readonly acceptor?: string; readonly dialect: string }
  | {
      readonly event: 'said'
      readonly from: Role
      readonly what: Crossing
      readonly bytes: number
      /** Of the first 64 bytes, or of all where that was asked for. */
      readonly hex: string
      readonly meaning: string
      /** Every kind of bytes in it, each once. */
      readonly kinds: readonly WireKind[]
      /** The first twelve, with how many bytes each has. */
      readonly stretches: readonly RowStretch[]
      readonly sentMs?: number
      readonly receivedMs?: number
    }
  | { readonly event: 'found'; readonly from: Role; readonly bytes: number }
  | { readonly event: 'note'; readonly at: Spot; readonly about: NoteKind; readonly words: string }
  | { readonly event: 'close'; readonly at: Spot; readonly code?: string; readonly words: string }
)

/** So many bytes that mean one thing. */
export interface RowStretch {
  readonly kind: WireKind
  readonly bytes: number
  readonly meaning: string
}

const SHOWN_BYTES = 64

/**
 * @param startMs the time of the clock at which the timeline begins
 * @param wholeBytes has all bytes in it, so that it can be replayed; otherwise the first 64
 */
export const traceRow = (event: TraceEvent, startMs: number, wholeBytes = false): TraceRow => {
  const since = (ms: number): number => Math.round((ms - startMs) * 1_000) / 1_000
  const { kind, conversation } = event
  const stamp = { conversation, atMs: since(event.atMs) }
  switch (kind) {
    case 'open': {
      const { dialect, opener, acceptor } = event
      return { event: kind, ...stamp, ...given({ opener }), ...given({ acceptor }), dialect }
    }
    case 'said': {
      const { from, what, bytes, meaning, sentMs, receivedMs } = event
      const times = {
        ...(sentMs === undefined ? {} : { sentMs: since(sentMs) }),
        ...(receivedMs === undefined ? {} : { receivedMs: since(receivedMs) }),
      }
      const hex = bytes.toString('hex', 0, wholeBytes ? bytes.length : SHOWN_BYTES)
      const kinds = [...new Set(event.stretches.map((stretch) => stretch.kind))]
      const stretches = event.stretches.slice(0, MOST_STRETCHES).map(rowStretch)
      return { event: kind, ...stamp, from, what, bytes: bytes.length, hex, meaning, kinds, stretches, ...times }
    }
    case 'found':
      return { event: kind, ...stamp, from: event.from, bytes: event.byteCount }
    case 'note':
      return { event: kind, ...stamp, at: event.at, about: event.about, words: event.words }
    case 'close':
      return { event: kind, ...stamp, at: event.at, ...given({ code: event.code }), words: event.words }
  }
}

const rowStretch = ({ kind, bytes, meaning }: Stretch): RowStretch => ({ kind, bytes: bytes.length, meaning })

const given = <Name extends string>(
  field: Readonly<Record<Name, string | undefined>>,
): Partial<Record<Name, string>> => {
  const known: Partial<Record<Name, string>> = {}
  for (const name in field) if (field[name] !== undefined) known[name] = field[name]
  return known
}
