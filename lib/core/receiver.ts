import { Assembly } from '@/bytes/assembly.js'
import { Consent, type ConsentOwner, type Manners } from '@/core/consent.js'
import { channels } from '@/core/diagnostics.js'
import { InboundStream } from '@/core/inboundStream.js'
import type { Inbox } from '@/core/inbox.js'
import type { MemoryBudget } from '@/core/memoryBudget.js'
import type { Settings } from '@/core/options.js'
import type { Place } from '@/core/placedReads.js'
import { TransportError } from '@/errors.js'
import type { Framing, Step } from '@/framings/framing.js'

/** Whom a receiver tells what arrived. */
export interface ReceiverOwner extends ConsentOwner {
  openingDone(): void
  messageArrived(message: Buffer): void
  /** A message too large to hold has begun. */
  streamArrived(stream: InboundStream): void
  answersArrived(count: number): void
  /** The bytes broke the rules, or the message was refused. */
  receiveFailed(error: TransportError): void
  payloadMoved(direction: 'inbound', state: 'started' | 'finished', size: number, then?: 'finished'): void
}

/** From this size on it is worth while to read a message where it belongs. */
const LARGE_BYTES = 65_536

/** Turns what the framing reads into messages: consent first, then memory, then the message or its stream. */
export class Receiver {
  readonly #framing: Framing
  readonly #owner: ReceiverOwner
  readonly #consent: Consent
  #pumping = false
  #stopped = false
  #assembly: Assembly | undefined
  #stream: InboundStream | undefined
  /** `full`: its reader is behind. `gone`: nobody reads it, the rest is thrown away. */
  #streamState: 'open' | 'full' | 'gone' = 'open'
  #seen = 0

  constructor(
    framing: Framing,
    inbox: Inbox,
    budget: MemoryBudget,
    settings: Settings,
    manners: Manners,
    owner: ReceiverOwner,
  ) {
    this.#framing = framing
    this.#owner = owner
    this.#consent = new Consent(framing, inbox, budget, settings, manners, owner)
  }

  /** Messages that have begun or come in; tells one from the next. */
  get seenMessages(): number {
    return this.#seen
  }

  /** What has arrived cannot be read on for a reason of ours. */
  get blocked(): boolean {
    return this.#consent.pending || this.#stalled()
  }

  /** A stream is under way whose reader is behind, so nothing that stands behind it can be read, no answer either. */
  get unread(): boolean {
    return this.#stream !== undefined && this.#streamState === 'full'
  }

  /** Bytes the message under way will have, for its deadline. */
  get expectedBytes(): number {
    return this.#assembly?.size ?? this.#stream?.size ?? 0
  }

  /** `preLoop` is done. */
  started(): void {
    this.#consent.started()
  }

  /** From now on only what has begun is finished; what is announced is refused. */
  drain(): void {
    this.#consent.drain()
  }

  /** Reads whatever can be read. */
  pump(): void {
    if (this.#pumping || this.#stopped) return
    this.#pumping = true
    try {
      this.#consent.ease()
      while (!this.#stopped && !this.#stalled()) {
        if (this.#consent.pending && !this.#consent.decide()) break
        this.#framing.acceptUpTo = this.#consent.quickBytes
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
    this.#consent.stop()
    this.#assembly = undefined
    this.#stream?.destroy(error)
    this.#stream = undefined
  }

  #perform(step: Step): void {
    switch (step.do) {
      case 'deliver':
        return this.#deliver(step.message)
      case 'piece':
        return this.#piece(step.bytes, step.size, step.left)
      case 'answered':
        return this.#owner.answersArrived(step.count)
      case 'opened':
        return this.#owner.openingDone()
      case 'offer':
        return this.#consent.offer(step.size)
    }
  }

  #deliver(message: Buffer): void {
    if (this.#consent.streamed(message.length)) return this.#piece(message, message.length, 0)
    this.#seen++
    if (channels.payload.hasSubscribers) this.#owner.payloadMoved('inbound', 'started', message.length, 'finished')
    this.#consent.release()
    this.#owner.messageArrived(message)
  }

  #piece(bytes: Buffer, size: number, left: number): void {
    if (bytes.length + left === size) this.#begin(size, bytes)
    else this.#assembly?.add(bytes)
    if (this.#stream !== undefined && this.#streamState !== 'gone' && !this.#stream.add(bytes, left) && left > 0) {
      this.#streamState = 'full'
    }
    if (left > 0) return
    this.#stream = undefined
    const assembly = this.#assembly
    this.#assembly = undefined
    if (channels.payload.hasSubscribers) this.#owner.payloadMoved('inbound', 'finished', size)
    if (assembly === undefined) return
    this.#consent.release()
    this.#owner.messageArrived(assembly.take())
  }

  #begin(size: number, first: Buffer): void {
    this.#seen++
    if (channels.payload.hasSubscribers) this.#owner.payloadMoved('inbound', 'started', size)
    if (!this.#consent.streamed(size)) {
      this.#assembly = new Assembly(size, first)
      return
    }
    this.#streamState = 'open'
    this.#stream = new InboundStream(size, this)
    this.#owner.streamArrived(this.#stream)
  }

  /** Where the bytes belong that come next. */
  nextPlace(): Place {
    const { payloadLeft = 0 } = this.#framing
    if (payloadLeft === 0 || this.expectedBytes < LARGE_BYTES) return 'unknown'
    try {
      return this.#assembly?.rest() ?? 'piece'
    } catch (error) {
      this.#owner.receiveFailed(failureOf(error))
      return 'unknown'
    }
  }

  pieceWanted(): void {
    if (this.#streamState !== 'full') return
    this.#streamState = 'open'
    this.#owner.readingResumed()
  }

  readerGone(): void {
    if (this.#stream === undefined) return
    this.#streamState = 'gone'
    this.#owner.readingResumed()
  }

  #stalled(): boolean {
    if (this.#stream !== undefined) return this.unread
    if (this.#framing.announces || this.#framing.reading === 'opening') return false
    return !this.#consent.mayComeUnannounced
  }
}

/** What to say of what a framing has thrown. */
export const failureOf = (error: unknown): TransportError =>
  error instanceof TransportError ? error : new TransportError('FRAME_MALFORMED', {}, { cause: error })
