import {
  type GrowingConversation,
  malformed,
  NO_BYTES,
  type RecordedConversation,
  RecordingBuilder,
  type RecordingLimits,
} from '@/lab/replay/recording.js'
import { rowFrom } from '@/lab/trace/rowFrom.js'
import type { TraceRow } from '@/lab/trace/traceRow.js'

const NEWLINE = 0x0a

/**
 * The conversations of the rows of a timeline, one JSON object a line, as `framewright trace --json --bytes` prints them.
 * @throws TransportError RECORDING_MALFORMED, also where not all bytes are there
 */
export const linesRecording = (
  file: Buffer,
  limits: Readonly<Required<RecordingLimits>>,
): readonly RecordedConversation[] => {
  const builder = new RecordingBuilder(limits)
  const known = new Map<number, GrowingConversation>()
  let line = 0
  for (let at = 0; at < file.length; ) {
    line++
    const newline = file.indexOf(NEWLINE, at)
    const end = newline < 0 ? file.length : newline
    const row = rowIn(file.toString('utf8', at, end), line)
    at = end + 1
    if (row?.event === 'open') {
      const { opener, acceptor, dialect } = row
      const ends = { ...(opener === undefined ? {} : { opener }), ...(acceptor === undefined ? {} : { acceptor }) }
      known.set(row.conversation, builder.begin({ ...ends, dialect }))
    } else if (row?.event === 'said') {
      const conversation = known.get(row.conversation) ?? builder.begin({})
      known.set(row.conversation, conversation)
      builder.add(conversation, { atMs: row.atMs, from: row.from, what: row.what, bytes: bytesOf(row, line) })
    }
  }
  return builder.conversations
}

const rowIn = (text: string, line: number): TraceRow | undefined => {
  if (text.trim() === '') return undefined
  try {
    return rowFrom(JSON.parse(text), true)
  } catch (error) {
    throw malformed(error instanceof TypeError ? error.message : 'it is no JSON', { line })
  }
}

const bytesOf = (row: Extract<TraceRow, { readonly event: 'said' }>, line: number): Buffer => {
  if (row.what !== 'bytes') return NO_BYTES
  const bytes = Buffer.from(row.hex, 'hex')
  if (bytes.length === row.bytes) return bytes
  throw malformed('not all bytes are there; record with --bytes', { line, have: bytes.length, said: row.bytes })
}
