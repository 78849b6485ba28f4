import { BodyReader } from '@/protocols/lonely/bodyReader.js'
import { BodyWriter } from '@/protocols/lonely/bodyWriter.js'
import { malformed, unwritable } from '@/protocols/lonely/malformed.js'

/** What each event says beside its name. */
export interface TraceExtras {
  auth_tentatively_accepted: Nothing
  auth_accepted: Nothing
  no_more_subscribers: Nothing
  network_error: Nothing
  bad_response: Nothing
  handle_missed_start: Nothing
  unsubscribe_immediate_requested: Nothing
  unsubscribe_immediate_success: Nothing
  unsubscribe_immediate_not_found: Nothing
  unsubscribe_immediate_unavailable: Nothing
  exact_subscriber_found: { readonly url: string }
  glob_subscriber_found: { readonly glob: string; readonly url: string }
  /** Base64url with padding. */
  sending_receive: { readonly identifier_b64url: string }
  response_received: { readonly status_code: number }
  receive_confirmed: { readonly num_subscribers: number }
  bad_auth_result: { readonly result: 'UNAUTHORIZED' | 'FORBIDDEN' | 'UNAVAILABLE' }
  handle_missed_skipped: Retry
  handle_missed_success: Retry
  handle_missed_unavailable: Retry
}

type Nothing = Readonly<Record<string, never>>
interface Retry {
  readonly recovery: string | null
  /** Seconds since the epoch, or null when there is no further try. */
  readonly next_retry_at: number | null
}

/** One thing that happened to a notification. */
export type TraceEvent = {
  [Name in keyof TraceExtras]: {
    readonly name: Name
    readonly extra: TraceExtras[Name]
    /** Seconds since the epoch, with a fraction. */
    readonly occurredAt: number
  }
}[keyof TraceExtras]

interface Times {
  /** Nanoseconds since the epoch, 0 to 2^64-1. */
  readonly requestReceivedNs: bigint
  /** Nanoseconds since the epoch, 0 to 2^64-1. */
  readonly responseSentNs: bigint
}

/** What the broadcaster tells the notifier about the way of a notification. */
export interface NotifyTrace extends Times {
  readonly events: readonly TraceEvent[]
}

/** A trace that has been read; names and extras are what the other end wrote. */
export interface ReadNotifyTrace extends Times {
  /** Later events were left out. */
  readonly truncated: boolean
  readonly events: readonly {
    readonly name: string
    readonly extra: unknown
    readonly occurredAt: number
  }[]
}

const COMPLETE = 0
const TRUNCATED = 1
/** The events and what is before them have fewer bytes. */
const EVENTS_END = 65_519
const HEAD_BYTES = 3

/**
 * The tracing of RESPONSE_NOTIFY. Events that would make it too long are left out, from the first such one on.
 * @returns at most 65_534 bytes
 * @throws TransportError LONELY_UNWRITABLE when a time is out of range
 * @see WIRE.md, "tracing"
 */
export const serializeNotifyTrace = ({ events, requestReceivedNs, responseSentNs }: NotifyTrace): Buffer => {
  const kept: Buffer[] = []
  let size = HEAD_BYTES
  for (const { name, extra, occurredAt } of events) {
    if (!Number.isFinite(occurredAt)) throw unwritable('the time of an event is not a number', { name })
    const text = Buffer.from(asciiJson(extra))
    if (text.length >= EVENTS_END) break
    const record = new BodyWriter().text('name', name).bytes('extra', text).f64(occurredAt).finish()
    size += record.length
    if (size >= EVENTS_END) break
    kept.push(record)
  }
  const head = new BodyWriter()
    .u8(kept.length === events.length ? COMPLETE : TRUNCATED)
    .u16(kept.length)
    .finish()
  const times = new BodyWriter().u64('requestReceivedNs', requestReceivedNs).u64('responseSentNs', responseSentNs)
  return Buffer.concat([head, ...kept, times.finish()])
}

/** @throws TransportError LONELY_MALFORMED, NOT_BYTES */
export const parseNotifyTrace = (tracing: Uint8Array): ReadNotifyTrace => {
  const from = new BodyReader(tracing)
  const truncated = from.u8() !== COMPLETE
  const events: ReadNotifyTrace['events'][number][] = []
  for (let left = from.u16(); left > 0; left--)
    events.push({ name: from.text('name'), extra: jsonOf(from.text('extra')), occurredAt: from.f64() })
  const times = { requestReceivedNs: from.u64(), responseSentNs: from.u64() }
  from.end()
  return { truncated, events, ...times }
}

/** How the clocks of the two ends differ, and how long the way there and back took. */
export interface ClockDifference {
  /** What to add to a time of this end to get that of the other, provided that both ways take as long. */
  readonly offsetNs: bigint
  /** Without the time that the other end needed. */
  readonly roundTripNs: bigint
}

/**
 * @param sentNs and `receivedNs` are when this end sent the request and had the answer, in nanoseconds since the epoch
 */
export const clockDifference = (
  { requestReceivedNs, responseSentNs }: Times,
  sentNs: bigint,
  receivedNs: bigint,
): ClockDifference => ({
  offsetNs: (requestReceivedNs - sentNs + (responseSentNs - receivedNs)) / 2n,
  roundTripNs: receivedNs - sentNs - (responseSentNs - requestReceivedNs),
})

/** As the originals write it: a space behind commas and colons, everything but printable ASCII as `\uXXXX`. */
const asciiJson = (extra: TraceEvent['extra']): string => {
  const members = Object.entries(extra).map(([name, value]) => `${JSON.stringify(name)}: ${valueText(name, value)}`)
  return `{${members.join(', ')}}`.replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Times are written with a fraction, also when it is zero. */
const valueText = (name: string, value: unknown): string =>
  name === 'next_retry_at' && Number.isSafeInteger(value) ? `${String(value)}.0` : JSON.stringify(value)

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw malformed('what an event says is not JSON', { text: text.slice(0, 100) }, { cause })
  }
}
