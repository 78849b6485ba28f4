import { type Channel, channel } from 'node:diagnostics_channel'
import type { Code } from '@/errors.js'
import type { Role } from '@/framings/framing.js'

/** What every event says: whose connection or socket, and when, in monotonic milliseconds of its clock. */
export interface ConnectionEvent {
  readonly id: string
  readonly atMs: number
}

/** As seen from the end that publishes. */
export type Direction = 'inbound' | 'outbound'

/** What each channel `framewright.NAME` publishes, beside `id` and `atMs`. The objects are plain and never change. */
export interface Events {
  /** A connection has its socket; nothing has been exchanged yet. */
  readonly open: { readonly role: Role; readonly framing: string; readonly local?: string; readonly remote?: string }
  /** A newcomer found no place, or failed in its TLS handshake, as `error` says. It never became a connection: `id` is empty. */
  readonly turnedAway: { readonly local?: string; readonly remote?: string; readonly error?: Error }
  /** The opening byte was sent or received. */
  readonly opening: { readonly direction: Direction; readonly byte: number }
  /** The opening is done and `preLoop` may run. */
  readonly opened: object
  /** A length was sent or received. */
  readonly length: { readonly direction: Direction; readonly bytes: number }
  /** Answers were sent or received: `count` times `byte`. */
  readonly answer: { readonly direction: Direction; readonly byte: number; readonly count: number }
  /** Both ends spoke at once. */
  readonly collision: object
  /** An answer is being withheld, because the message has no room or its consent is awaited. */
  readonly withheld: { readonly bytes: number; readonly reason: 'room' | 'preLoop' | 'budget' | 'consent' }
  /** A payload has begun or has been read or written wholly. */
  readonly payload: { readonly direction: Direction; readonly state: 'started' | 'finished'; readonly bytes: number }
  /** A chunk arrived. `chunk` shares memory with the messages in it: look, do not touch. */
  readonly read: { readonly bytes: number; readonly chunk: Uint8Array }
  /** Bytes were offered to the socket, which took some. */
  readonly write: { readonly offeredBytes: number; readonly takenBytes: number; readonly chunk: Uint8Array }
  /** The socket has room again after a partial write. */
  readonly drain: { readonly waitingBytes: number }
  /** A deadline has passed. */
  readonly timeout: { readonly code: Code; readonly limitMs: number }
  /** A bound was met. */
  readonly limit: { readonly code: Code; readonly bytes: number; readonly limit: number }
  /** Something went wrong; the close follows. */
  readonly error: { readonly error: Error }
  /** The connection is over; without a cause it ended in good order. */
  readonly close: { readonly cause?: Error }
  /** A datagram arrived, or the system took one. `id` is that of its socket, `remote` the other end. */
  readonly datagram: {
    readonly direction: Direction
    readonly remote: string
    readonly bytes: number
    readonly chunk: Uint8Array
  }
  /** A datagram that arrived was dropped: it was too large, too many waited, or the socket was closed. */
  readonly datagramDropped: {
    readonly remote: string
    readonly bytes: number
    readonly reason: 'size' | 'room' | 'closed'
  }
  /** A datagram was not sent, a group not joined, something not read, or a hook threw; the socket lives on. */
  readonly datagramTrouble: { readonly error: Error }
}

/** The name of a channel without its prefix. */
export type EventName = keyof Events
/** An event as its subscribers get it. */
export type EventOf<Name extends EventName> = ConnectionEvent & Events[Name]

/** Before each name. Subscribe with `diagnostics_channel.subscribe('framewright.length', ...)`. */
export const CHANNEL_PREFIX = 'framewright.'

const named = (name: EventName): Channel => channel(CHANNEL_PREFIX + name)

/** The channels. Publishing is guarded by `hasSubscribers`, so that without a listener nothing is even put together. */
export const channels: Readonly<Record<EventName, Channel>> = {
  open: named('open'),
  turnedAway: named('turnedAway'),
  opening: named('opening'),
  opened: named('opened'),
  length: named('length'),
  answer: named('answer'),
  collision: named('collision'),
  withheld: named('withheld'),
  payload: named('payload'),
  read: named('read'),
  write: named('write'),
  drain: named('drain'),
  timeout: named('timeout'),
  limit: named('limit'),
  error: named('error'),
  close: named('close'),
  datagram: named('datagram'),
  datagramDropped: named('datagramDropped'),
  datagramTrouble: named('datagramTrouble'),
}

/**
 * Publishes one event. Call it only behind `channels[name].hasSubscribers`, and with every field written out: to spread an
 * object and then add to it takes V8 more than a microsecond.
 */
export const publish = <Name extends EventName>(name: Name, event: EventOf<Name>): void => channels[name].publish(event)
