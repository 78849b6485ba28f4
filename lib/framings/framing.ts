import type { Detail } from '@/errors.js'

/** Which end of the connection this is: the one that connected, or the one that was listening. */
export type Role = 'opener' | 'acceptor'

/** What the bytes from the other end mean. A framing decides; it never performs. */
export type Step =
  /** The opening is done: messages may travel now. */
  | { readonly do: 'opened' }
  /** A message of `size` bytes is announced. Nothing more comes until `accept()` or `refuse()`. */
  | { readonly do: 'offer'; readonly size: number }
  /** A whole message; its bytes share memory with the chunk they came in. */
  | { readonly do: 'deliver'; readonly message: Buffer }
  /** Part of a message of `size` bytes; after it, `left` bytes are still to come. The last part has `left` 0. */
  | { readonly do: 'piece'; readonly bytes: Buffer; readonly size: number; readonly left: number }
  /** The other end has said yes to the `count` oldest of our messages that it had not answered. */
  | { readonly do: 'answered'; readonly count: number }

/** Where a framing puts the bytes that are to leave. What is put there leaves in that order. */
export interface FrameWriter {
  /** @param value 0 to 255 @param count how many times, 1 unless given */
  byte(value: number, count?: number): void
  /** Four bytes, big-endian. */
  u32(value: number): void
  /** Copied when small; large bytes go by reference and must stay as they are until they have left. */
  bytes(bytes: Uint8Array): void
}

/** Hears what a framing reads and writes beside the payloads. Set only while somebody listens. */
export interface FramingObserver {
  openingSent(byte: number): void
  openingReceived(byte: number): void
  lengthSent(size: number): void
  lengthReceived(size: number): void
  answerSent(byte: number, count: number): void
  answerReceived(byte: number, count: number): void
  /** Both ends spoke at once. */
  collided(): void
}

/** What a framing is made from. */
export interface FramingContext {
  readonly role: Role
  readonly writer: FrameWriter
  /** Largest message, in bytes, that the framing may hold or announce as acceptable. */
  readonly maxMessageBytes: number
  /** Bytes that may be under way without an answer; 0 waits for the answer to each length (strict). */
  readonly windowBytes: number
}

/** Makes the framing of one connection. */
export type FramingFactory = (context: FramingContext) => Framing

/**
 * Where the reading stands: before the opening, between messages, inside one, waiting for `accept()`,
 * after a lone byte that is a refusal if nothing follows it, or after a refusal of ours.
 */
export type Reading = 'opening' | 'between' | 'inside' | 'asked' | 'doubtful' | 'refused'

/**
 * Bytes to messages and back for one connection, as a pure state machine: no socket, no timer, no clock.
 *
 * Inbound: `push` what arrived, then call `next` until it gives undefined. Any chunking of the same stream
 * leads to the same messages. Outbound, for each message in turn: when `canStart(size)`, call `start(size)`;
 * when `payloadAllowed`, put the payload into the writer; then `finish()`.
 */
export interface Framing {
  readonly name: string
  /** The other end answers each message; without its answers nothing more can be sent. */
  readonly answered: boolean
  /** Many messages may be under way at once; without it each waits for the answer to its length. */
  readonly pipelined: boolean
  /** Sizes come before payloads, so messages are offered. Without it, `next` is not called while there is no room. */
  readonly announces: boolean
  /** Sizes up to this are accepted without an `offer`; -1 asks about every one. */
  acceptUpTo: number
  /** Largest message held by a framing that learns a message's size only at its end. */
  maxMessageBytes: number
  observer: FramingObserver | undefined

  /** Writes the opening, if there is one. Called once, first. */
  open(): void
  /** Instead of `open`: tells the other end that there is no place for it, as far as this framing can. */
  turnAway(): void

  push(chunk: Uint8Array): void
  /** @throws TransportError whose fault is `remote` when the bytes break the rules; nothing can be read after it. */
  next(): Step | undefined
  /**
   * Yes to the last `offer`.
   * @param quietly the message is read on, but the answer stays unsaid until `release`
   */
  accept(quietly?: boolean): void
  /** Says the answers that were left unsaid. */
  release(): void
  /** Answers that wait for `release`. */
  readonly unsaid: number
  /** No to the last `offer`. The connection must close when `holding` is false again. */
  refuse(): void
  /** Nothing is under way: memory that can be taken anew may be given back. */
  rest?(): void
  /**
   * The other end sends no more. What was pushed is still read first; `next` then throws what could not be known yet.
   * @throws TransportError when the end leaves something unfinished
   */
  end(): void
  readonly reading: Reading
  /** Bytes pushed and not yet read. */
  readonly waiting: number
  /**
   * So many of the bytes that are pushed next are payload of the message under way, just as they will be handed on. They may
   * then be put where they belong before they are pushed. Without it they come in chunks.
   */
  readonly payloadLeft?: number

  canStart(size: number): boolean
  /** Only for a message without an `objection`. A throw here, or in `finish`, ends the connection: MESSAGE_UNSENDABLE. */
  start(size: number): void
  /** The payload of the started message may be written now. */
  readonly payloadAllowed: boolean
  /** The whole payload is in the writer. */
  finish(): void
  /**
   * Only where messages are answered. On: nothing is read for now, and who should read on may wait for messages to
   * leave first, so no message waits for an answer; up to `MOST_UNANSWERED` may be under way. Off: as usual.
   */
  hurry?(on: boolean): void
  /** Answers are owed that must wait until the message being sent has left. */
  readonly holding: boolean
  /** Messages of ours that the other end has not answered. */
  readonly unanswered: number
  /** Both ends spoke at once, and the other end has not yet shown that it can follow. */
  readonly collided: boolean
  /**
   * Whether this framing can carry a message at all.
   * @param message its bytes; undefined when it is streamed, so that only its size is known beforehand
   * @returns what is wrong with it, or undefined
   */
  objection(size: number, message: Uint8Array | undefined): Detail | undefined
}
