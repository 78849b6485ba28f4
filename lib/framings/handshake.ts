import { ChunkQueue } from '@/bytes/chunkQueue.js'
import { type Detail, TransportError } from '@/errors.js'
import type { FrameWriter, Framing, FramingContext, FramingObserver, Reading, Role, Step } from '@/framings/framing.js'
import { BOUNDARY, endInLength, type Inbound, isAnswer, OPENING } from '@/framings/handshakeInbound.js'
import { FULL, HandshakeOutbound, LENGTH_BYTES, MAX_LENGTH, OK, REFUSED } from '@/framings/handshakeOutbound.js'
import { hexByte } from '@/framings/hexByte.js'
import { looksLike } from '@/framings/looksLike.js'

/** Shared by all that have nothing to read; nothing is ever put in. */
const NO_INPUT = new ChunkQueue()

/**
 * The length + OK handshake. Strict unless `windowBytes` is above 0, then pipelined; both speak to either.
 * @see WIRE.md, "handshake"
 */
export class HandshakeFraming implements Framing {
  acceptUpTo = -1
  maxMessageBytes: number
  observer: FramingObserver | undefined = undefined
  readonly role: Role
  readonly writer: FrameWriter
  readonly windowBytes: number
  #input = NO_INPUT
  #inbound: Inbound = OPENING
  /** Made when something is said or answered, given back at rest. */
  #out: HandshakeOutbound | undefined
  /** The other end sends no more; what has arrived may still have to be read. */
  #ended = false

  constructor(context: FramingContext) {
    this.role = context.role
    this.writer = context.writer
    this.windowBytes = context.windowBytes
    this.maxMessageBytes = context.maxMessageBytes
  }

  get name(): string {
    return 'handshake'
  }

  get answered(): boolean {
    return true
  }

  get announces(): boolean {
    return true
  }

  open(): void {
    this.observer?.openingSent(OK)
    this.writer.byte(OK)
  }

  turnAway(): void {
    this.observer?.openingSent(FULL)
    this.writer.byte(FULL)
  }

  push(chunk: Uint8Array): void {
    if (this.#inbound.at === 'refused' && this.#out?.owesRefusal !== true) return
    if (this.#input === NO_INPUT) this.#input = new ChunkQueue()
    this.#input.push(chunk)
  }

  rest(): void {
    if (this.#input.length === 0) this.#input = NO_INPUT
    if (this.#out?.resting === true) this.#out = undefined
  }

  #outbound(): HandshakeOutbound {
    return (this.#out ??= new HandshakeOutbound(this))
  }

  get waiting(): number {
    return this.#input.length
  }

  get payloadLeft(): number {
    return this.#inbound.at === 'payload' && this.waiting === 0 ? this.#inbound.left : 0
  }

  next(): Step | undefined {
    const step = this.#nextInbound()
    if (step === undefined && this.#ended) this.end()
    return step
  }

  #nextInbound(): Step | undefined {
    const inbound = this.#inbound
    switch (inbound.at) {
      case 'opening':
        return this.#readOpening()
      case 'boundary':
        return this.#readBoundary()
      case 'asked':
        return undefined
      case 'payload':
        return this.#readPayload(inbound.size, inbound.left)
      case 'refused':
        return this.#discard(inbound.left)
    }
  }

  #readOpening(): Step | undefined {
    const first = this.#input.peek()
    if (first === undefined) return undefined
    this.observer?.openingReceived(first)
    if (first === FULL || first === REFUSED) throw new TransportError('OPENING_REFUSED', { answer: hexByte(first) })
    if (first !== OK) {
      const start = this.#input.take(Math.min(LENGTH_BYTES, this.#input.length)) ?? Buffer.alloc(0)
      throw new TransportError('OPENING_UNEXPECTED', { byte: hexByte(first), looksLike: looksLike(start) })
    }
    this.#input.take(1)
    this.#inbound = BOUNDARY
    return { do: 'opened' }
  }

  #readBoundary(): Step | undefined {
    const first = this.#input.peek()
    if (first === undefined) return undefined
    if (isAnswer(first, this.unanswered)) return this.#readAnswers(first)
    const size = this.#input.takeU32()
    if (size === undefined) return undefined
    this.observer?.lengthReceived(size)
    if (size > MAX_LENGTH) {
      this.#inbound = { at: 'asked', size }
      this.refuse()
      throw new TransportError('MESSAGE_TOO_LARGE', { size, limit: MAX_LENGTH })
    }
    if (this.#out?.announced === true) this.#out.bothSpoke()
    if (size > this.acceptUpTo) {
      this.#inbound = { at: 'asked', size }
      return { do: 'offer', size }
    }
    this.#outbound().answerOk()
    const message = this.#input.take(size)
    if (message !== undefined) return { do: 'deliver', message }
    return this.#readPayload(size, size)
  }

  #readAnswers(first: number): Step {
    if (first !== OK) {
      this.observer?.answerReceived(first, 1)
      throw new TransportError('MESSAGE_REFUSED', { answer: hexByte(first), unanswered: this.unanswered })
    }
    const count = this.#input.takeRun(OK, this.unanswered)
    if (count === 0) throw new TransportError('ANSWER_UNEXPECTED', { answer: hexByte(OK) })
    this.observer?.answerReceived(OK, count)
    this.#outbound().answered(count)
    return { do: 'answered', count }
  }

  #readPayload(size: number, left: number): Step | undefined {
    const whole = left === size ? this.#input.take(size) : undefined
    if (whole !== undefined) {
      this.#inbound = BOUNDARY
      return { do: 'deliver', message: whole }
    }
    const bytes = this.#input.takeSome(left)
    if (bytes === undefined) {
      this.#inbound = { at: 'payload', size, left }
      return undefined
    }
    const rest = left - bytes.length
    this.#inbound = rest === 0 ? BOUNDARY : { at: 'payload', size, left: rest }
    return { do: 'piece', bytes, size, left: rest }
  }

  accept(quietly = false): void {
    const inbound = this.#inbound
    if (inbound.at !== 'asked') return
    if (quietly) this.#outbound().leaveUnsaid()
    else this.#outbound().answerOk()
    this.#inbound = { at: 'payload', size: inbound.size, left: inbound.size }
  }

  refuse(): void {
    const inbound = this.#inbound
    if (inbound.at !== 'asked') return
    const payloadFollows = this.#outbound().announced
    this.#inbound = { at: 'refused', left: payloadFollows ? inbound.size : Number.POSITIVE_INFINITY }
    this.#outbound().refuse()
  }

  /**
   * After a refusal only one thing matters: the answer that lets our own payload, and then the refusal, leave. It stands
   * at a boundary, perhaps behind further messages of a pipelined end.
   */
  #discard(whenRefused: number): Step | undefined {
    let left = this.#out?.owesRefusal === true ? whenRefused : Number.POSITIVE_INFINITY
    for (;;) {
      while (left > 0 && this.waiting > 0) left -= this.#input.takeSome(left)?.length ?? 0
      this.#inbound = { at: 'refused', left }
      const first = this.#input.peek()
      if (first === undefined) return undefined
      if (first > 0xf0) return this.#readAnswers(first)
      const size = this.#input.takeU32()
      if (size === undefined) return undefined
      left = size
    }
  }

  /** What has arrived and is not read yet is read first: then `next` throws what would be thrown here. */
  end(): void {
    this.#ended = true
    const inbound = this.#inbound
    switch (inbound.at) {
      case 'opening':
        if (this.waiting === 0) throw new TransportError('OPENING_REFUSED', { answer: 'end of stream' })
        return
      case 'asked':
        return this.#expect(inbound.size, inbound.size)
      case 'payload':
        return this.#expect(inbound.size, inbound.left)
      case 'refused':
        return
      case 'boundary':
        if (this.waiting >= LENGTH_BYTES || isAnswer(this.#input.peek() ?? 0, this.unanswered)) return
        if (this.reading === 'doubtful') {
          throw new TransportError('MESSAGE_REFUSED', { answer: hexByte(REFUSED), unanswered: this.unanswered })
        }
        if (this.waiting > 0) endInLength(this.#input.take(this.waiting))
        if (this.collided) throw new TransportError('COLLISION', { unanswered: this.unanswered })
        if (this.unanswered > 0) throw new TransportError('REMOTE_ENDED', { unanswered: this.unanswered })
    }
  }

  /** The last `left` bytes of a message must be here. */
  #expect(size: number, left: number): void {
    if (this.waiting >= left) return
    throw new TransportError('FRAME_TRUNCATED', { have: size - left + this.waiting, need: size })
  }

  get reading(): Reading {
    switch (this.#inbound.at) {
      case 'boundary':
        if (this.waiting === 0) return 'between'
        return this.waiting === 1 && this.unanswered > 0 && this.#input.peek() === REFUSED ? 'doubtful' : 'inside'
      case 'payload':
        return 'inside'
      default:
        return this.#inbound.at
    }
  }

  canStart(size: number): boolean {
    if (this.#inbound === OPENING || this.#inbound.at === 'refused') return false
    return this.#outbound().canStart(size)
  }

  start(size: number): void {
    const outbound = this.#outbound()
    outbound.start(size)
    // A length of the other end has no answer yet: both are waiting, so it is settled here who goes first.
    if (outbound.announced && this.#inbound.at === 'asked') outbound.bothSpoke()
  }

  release(): void {
    this.#out?.release()
  }

  get unsaid(): number {
    return this.#out?.unsaid ?? 0
  }

  get pipelined(): boolean {
    return this.windowBytes > 0
  }

  get payloadAllowed(): boolean {
    return this.#out?.payloadAllowed === true
  }

  finish(): void {
    this.#outbound().finish()
  }

  hurry(on: boolean): void {
    this.#outbound().hurry(on)
  }

  get holding(): boolean {
    return this.#out?.holding === true
  }

  get unanswered(): number {
    return this.#out?.unanswered ?? 0
  }

  get collided(): boolean {
    return this.#out?.collided === true
  }

  objection(size: number): Detail | undefined {
    return size > MAX_LENGTH ? { size, limit: MAX_LENGTH } : undefined
  }
}
