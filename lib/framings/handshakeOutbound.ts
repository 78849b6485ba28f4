import { NumberRuns } from '@/bytes/numberRuns.js'
import { TransportError } from '@/errors.js'
import type { FrameWriter, FramingObserver, Role } from '@/framings/framing.js'

/** Yes: at the opening, and in answer to a length. */
export const OK = 0xff
/** No, in answer to a length. */
export const REFUSED = 0x00
/** No, at the opening: the server has as many connections as it accepts. */
export const FULL = 0xfe
/** Largest length on the wire; its first byte can never be taken for an answer. */
export const MAX_LENGTH = 0xf0ff_ffff
/** Bytes of a length. */
export const LENGTH_BYTES = 4
/** So many messages may be under way unanswered, however small they are. */
export const MOST_UNANSWERED = 262_144

/** What the outgoing half knows of the framing it belongs to. */
interface Whole {
  readonly role: Role
  readonly writer: FrameWriter
  readonly windowBytes: number
  readonly observer: FramingObserver | undefined
}

/**
 * What leaves on one connection: lengths, the leave for their payloads, and the answers to the other end. Keeps the rule
 * of contiguity: after a length come the bytes of its payload, and an answer never stands between them.
 */
export class HandshakeOutbound {
  readonly #whole: Whole
  /** `announced`: a strict length is out and its payload may not follow yet. */
  #at: 'boundary' | 'announced' | 'payload' = 'boundary'
  /** Answers that wait for our payload to leave: how many times OK, then perhaps one refusal. */
  #owedOks = 0
  #owesRefusal = false
  /** Answers the transport keeps back for now: how many times OK. */
  #unsaidOks = 0
  #unanswered = 0
  #unansweredBytes = 0
  /** Frame sizes under way without an answer, oldest first; only a window needs them. */
  #sizes: NumberRuns | undefined
  #collided = false
  /** No message waits for an answer. */
  #hurries = false

  constructor(whole: Whole) {
    this.#whole = whole
  }

  /** Nothing is under way, owed or awaited. */
  get resting(): boolean {
    return this.#at === 'boundary' && this.#unanswered === 0 && this.#unsaidOks === 0 && !this.holding
  }

  get unanswered(): number {
    return this.#unanswered
  }

  get collided(): boolean {
    return this.#collided
  }

  get holding(): boolean {
    return this.#owedOks > 0 || this.#owesRefusal
  }

  get unsaid(): number {
    return this.#unsaidOks
  }

  get owesRefusal(): boolean {
    return this.#owesRefusal
  }

  /** A strict length is out and has no leave for its payload. */
  get announced(): boolean {
    return this.#at === 'announced'
  }

  get payloadAllowed(): boolean {
    return this.#at === 'payload'
  }

  canStart(size: number): boolean {
    if (this.#at !== 'boundary') return false
    if (this.#unanswered === 0) return true
    const bytes = this.#unansweredBytes + LENGTH_BYTES + size
    return (this.#hurries || bytes <= this.#whole.windowBytes) && this.#unanswered < MOST_UNANSWERED
  }

  start(size: number): void {
    if (size > MAX_LENGTH) throw new TransportError('MESSAGE_UNSENDABLE', { size, limit: MAX_LENGTH })
    const { windowBytes, observer, writer } = this.#whole
    observer?.lengthSent(size)
    writer.u32(size)
    this.#unanswered++
    if (windowBytes === 0) {
      this.#at = this.#hurries ? 'payload' : 'announced'
      return
    }
    const frameBytes = LENGTH_BYTES + size
    this.#sizes ??= new NumberRuns()
    this.#sizes.push(frameBytes)
    this.#unansweredBytes += frameBytes
    this.#at = 'payload'
  }

  hurry(on: boolean): void {
    this.#hurries = on
    if (on && this.#at === 'announced') this.#at = 'payload'
  }

  finish(): void {
    this.#at = 'boundary'
    if (this.holding) this.#writeOwed()
  }

  /** The other end has said yes `count` times. */
  answered(count: number): void {
    this.#unanswered -= count
    if (this.#sizes !== undefined) this.#unansweredBytes -= this.#sizes.take(count)
    this.#collided = false
    if (this.#at === 'announced') this.#at = 'payload'
  }

  /** Who goes first: the end that opened the connection sends its payload now, the other goes on waiting. */
  bothSpoke(): void {
    if (!this.#collided) this.#whole.observer?.collided()
    this.#collided = true
    if (this.#whole.role === 'opener') this.#at = 'payload'
  }

  answerOk(): void {
    if (this.#at === 'boundary') this.#answer(OK, 1)
    else this.#owedOks++
  }

  leaveUnsaid(): void {
    this.#unsaidOks++
  }

  /** Says what was left unsaid, as soon as it may be said. */
  release(): void {
    this.#owedOks += this.#unsaidOks
    this.#unsaidOks = 0
    if (this.#at === 'boundary') this.#writeOwed()
  }

  /** What was accepted before is answered before. */
  refuse(): void {
    this.release()
    this.#owesRefusal = true
    if (this.#at === 'boundary') this.#writeOwed()
  }

  #writeOwed(): void {
    if (this.#owedOks > 0) this.#answer(OK, this.#owedOks)
    if (this.#owesRefusal) this.#answer(REFUSED, 1)
    this.#owedOks = 0
    this.#owesRefusal = false
  }

  #answer(byte: number, count: number): void {
    this.#whole.observer?.answerSent(byte, count)
    this.#whole.writer.byte(byte, count)
  }
}
