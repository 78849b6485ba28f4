import { Assembly } from '@/bytes/assembly.js'
import { channels } from '@/core/diagnostics.js'
import { InboundStream } from '@/core/inbound.js'
import type { Inbox, Item } from '@/core/inbox.js'
import type { MemoryBudget } from '@/core/memoryBudget.js'
import type { Settings } from '@/core/options.js'
import { TransportError } from '@/errors.js'
import type { Framing, Step } from '@/framings/framing.js'
import { looksLike } from '@/framings/looksLike.js'

/** Why an answer is withheld. */
export type Withheld = 'room' | 'preLoop' | 'budget' | 'consent'

/** Why a message is refused. */
type Refusal = 'MESSAGE_TOO_LARGE' | 'MEMORY_LIMIT' | 'DRAINING'

/** Whom a receiver tells what arrived. */
export interface ReceiverOwner {
  openingDone(): void
  messageArrived(item: Item): void
  answersArrived(count: number): void
  /** Asks the hook; undefined when the default rule is enough. */
  consentTo(size: number): boolean | Promise<boolean> | undefined
  /** The bytes broke the rules, or the message was refused. */
  receiveFailed(error: TransportError): void
  answerWithheld(size: number, reason: Withheld): void
  payloadMoved(direction: 'inbound', state: 'started' | 'finished', size: number): void
}

/** What of the class of a connection matters here. */
export interface ReceiverManners {
  /** Its `transmissionOffered` is asked about every message. */
  readonly asks: boolean
  /** Messages above `maxMessageBytes` go to its `transmissionStream`. */
  readonly streams: boolean
}

/** Messages up to this size are taken without ceremony while there is room. */
const QUICK_BYTES = 65_536

/** Turns what the framing reads into messages: consent first, then memory, then the message or its stream. */
export class Receiver {
  readonly #framing: Framing
  readonly #inbox: Inbox
  readonly #budget: MemoryBudget
  readonly #settings: Settings
  readonly #manners: ReceiverManners
  readonly #owner: ReceiverOwner
  /** `preLoop` is not done, so only small messages come in. */
  #early = true
  #pumping = false
  #stopped = false
  #draining = false
  #offered: number | undefined
  #withheld: Withheld | undefined
  #reserved = 0
  #assembly: Assembly | undefined
  #stream: InboundStream | undefined
  /** `full`: its reader is behind. `gone`: nobody reads it, the rest is thrown away. */
  #streamState: 'open' | 'full' | 'gone' = 'open'
  /** Messages that have begun or come in; tells one from the next. */
  #seen = 0

  constructor(
    framing: Framing,
    inbox: Inbox,
    budget: MemoryBudget,
    settings: Settings,
    manners: ReceiverManners,
    owner: ReceiverOwner,
  ) {
    this.#framing = framing
    this.#inbox = inbox
    this.#budget = budget
    this.#settings = settings
    this.#manners = manners
    this.#owner = owner
  }

  get seenMessages(): number {
    return this.#seen
  }

  /** What has arrived cannot be read on for a reason of ours. */
  get blocked(): boolean {
    return this.#offered !== undefined || this.#stalled()
  }

  /** Bytes the message under way will have, for its deadline. */
  get expectedBytes(): number {
    return this.#assembly?.size ?? this.#stream?.size ?? 0
  }

  /** `preLoop` is done. */
  started(): void {
    this.#early = false
  }

  /** From now on only what has begun is finished; what is announced is refused. */
  drain(): void {
    this.#draining = true
    this.pump()
  }

  /** Reads whatever can be read. */
  pump(): void {
    if (this.#pumping || this.#stopped) return
    this.#pumping = true
    try {
      while (!this.#stopped && !this.#stalled()) {
        if (this.#offered !== undefined && !this.#consider(this.#offered)) break
        this.#framing.acceptUpTo = this.#quickBytes()
        const step = this.#framing.next()
        if (step === undefined) break
        this.#perform(step)
      }
    } catch (error) {
      this.#owner.receiveFailed(failureOf(error))
    } finally {
      this.#pumping = false
    }
  }

  /** The other end sends no more. */
  end(): void {
    if (this.#stopped) return
    try {
      this.#framing.end()
    } catch (error) {
      this.#owner.receiveFailed(failureOf(error))
      return
    }
    this.pump()
  }

  /** Nothing is read any more; a message that had begun is lost, and its reader learns why. */
  stop(error: TransportError): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#release()
    this.#assembly = undefined
    this.#stream?.destroy(error)
    this.#stream = undefined
  }

  #perform(step: Step): void {
    switch (step.do) {
      case 'deliver':
        if (this.#streamed(step.message.length)) return this.#piece(step.message, step.message.length, 0)
        this.#seen++
        if (channels.payload.hasSubscribers) this.#owner.payloadMoved('inbound', 'started', step.message.length)
        return this.#whole(step.message)
      case 'piece':
        return this.#piece(step.bytes, step.size, step.left)
      case 'answered':
        return this.#owner.answersArrived(step.count)
      case 'opened':
        return this.#owner.openingDone()
      case 'offer':
        this.#offered = step.size
    }
  }

  #whole(message: Buffer): void {
    if (channels.payload.hasSubscribers) this.#owner.payloadMoved('inbound', 'finished', message.length)
    this.#release()
    this.#owner.messageArrived(message)
  }

  #piece(bytes: Buffer, size: number, left: number): void {
    if (bytes.length + left === size) this.#begin(size, bytes)
    else if (this.#assembly !== undefined) this.#assembly.add(bytes)
    if (this.#stream !== undefined && this.#streamState !== 'gone' && !this.#stream.add(bytes, left)) {
      if (left > 0) this.#streamState = 'full'
    }
    if (left > 0) return
    this.#stream = undefined
    const assembly = this.#assembly
    this.#assembly = undefined
    if (assembly !== undefined) return this.#whole(assembly.take())
    if (channels.payload.hasSubscribers) this.#owner.payloadMoved('inbound', 'finished', size)
  }

  #begin(size: number, first: Buffer): void {
    this.#seen++
    if (channels.payload.hasSubscribers) this.#owner.payloadMoved('inbound', 'started', size)
    if (!this.#streamed(size)) {
      this.#assembly = new Assembly(size, first)
      return
    }
    this.#streamState = 'open'
    this.#stream = new InboundStream(size, this)
    this.#owner.messageArrived(this.#stream)
  }

  pieceWanted(): void {
    if (this.#streamState !== 'full') return
    this.#streamState = 'open'
    this.pump()
  }

  readerGone(): void {
    this.#streamState = 'gone'
    this.pump()
  }

  #streamed(size: number): boolean {
    return this.#manners.streams && size > this.#settings.maxMessageBytes
  }

  #stalled(): boolean {
    if (this.#stream !== undefined) return this.#streamState === 'full'
    if (this.#framing.announces || this.#framing.reading === 'opening') return false
    if (this.#draining || !this.#hasRoom(0)) return true
    if (this.#budget.hasRoomFor(0)) return false
    if (this.#withheld !== 'budget') this.#budget.wait(this)
    this.#withheld = 'budget'
    return true
  }

  #quickBytes(): number {
    if (this.#manners.asks || this.#draining || !this.#hasRoom(QUICK_BYTES) || !this.#budget.hasRoomFor(QUICK_BYTES))
      return -1
    const { maxMessageBytes, maxFirstMessageBytes } = this.#settings
    return Math.min(QUICK_BYTES, maxMessageBytes, this.#early ? maxFirstMessageBytes : QUICK_BYTES)
  }

  /** While we wait for an answer ourselves, twice as much may come in: the answer may stand behind it. */
  #hasRoom(size: number): boolean {
    return this.#inbox.hasRoomFor(size, this.#framing.unanswered > 0 ? 2 : 1)
  }

  /** Decides about an announced message, or leaves its answer unsaid for now. @returns whether reading may go on */
  #consider(size: number): boolean {
    if (this.#withheld === 'consent') return false
    if (this.#draining) return this.#refuse(size, 0, 'DRAINING')
    const { maxMessageBytes, maxStreamBytes, maxFirstMessageBytes } = this.#settings
    const limit = this.#manners.streams ? maxStreamBytes : maxMessageBytes
    if (this.#early && size > maxFirstMessageBytes) {
      return this.#inbox.wanted ? this.#refuse(size, maxFirstMessageBytes) : this.#withhold(size, 'preLoop')
    }
    if (!this.#hasRoom(size)) return this.#withhold(size, 'room')
    const held = this.#streamed(size) ? 0 : size
    const mayFit = size <= limit || this.#manners.asks
    if (mayFit && held > this.#budget.maxBytes) return this.#refuse(size, this.#budget.maxBytes, 'MEMORY_LIMIT')
    if (mayFit && !this.#budget.hasRoomFor(held)) {
      if (this.#withheld !== 'budget') this.#budget.wait(this)
      return this.#withhold(size, 'budget')
    }
    const verdict = this.#owner.consentTo(size) ?? size <= limit
    if (typeof verdict === 'boolean') return verdict ? this.#accept(size, held) : this.#refuse(size, limit)
    this.#withhold(size, 'consent')
    verdict.then(
      (yes) => this.#judged(size, yes ? () => this.#accept(size, held) : () => this.#refuse(size, limit)),
      (error: unknown) =>
        this.#judged(size, () => {
          throw error
        }),
    )
    return false
  }

  #judged(size: number, carryOut: () => boolean): void {
    if (this.#stopped || this.#offered !== size) return
    this.#withheld = undefined
    try {
      if (carryOut()) this.pump()
    } catch (error) {
      this.#owner.receiveFailed(failureOf(error))
    }
  }

  budgetFreed(): void {
    if (this.#withheld !== 'budget') return
    this.#withheld = undefined
    this.pump()
  }

  #accept(size: number, held: number): true {
    this.#offered = this.#withheld = undefined
    this.#reserved = held
    this.#budget.take(held, 0)
    this.#framing.accept()
    return true
  }

  #refuse(size: number, limit: number, code: Refusal = 'MESSAGE_TOO_LARGE'): never {
    this.#offered = this.#withheld = undefined
    this.#framing.refuse()
    throw new TransportError(code, { size, limit, looksLike: lengthLooksLike(size) })
  }

  #withhold(size: number, reason: Withheld): false {
    if (this.#withheld !== reason) this.#owner.answerWithheld(size, reason)
    this.#withheld = reason
    return false
  }

  #release(): void {
    if (this.#reserved > 0) this.#budget.give(this.#reserved, 0)
    this.#reserved = 0
  }
}

/** What a length that is far too large may really have been. */
const lengthLooksLike = (size: number): string | undefined => {
  if (size > 0xffff_ffff) return undefined
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(size)
  return looksLike(bytes)
}

const failureOf = (error: unknown): TransportError =>
  error instanceof TransportError ? error : new TransportError('FRAME_MALFORMED', {}, { cause: error })
