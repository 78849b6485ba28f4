import { asBuffer } from '@/bytes/asBuffer.js'
import type { Withheld } from '@/core/consent.js'
import { Deadlines } from '@/core/deadlines.js'
import { channels, type Direction, publish } from '@/core/diagnostics.js'
import { HookLoop, verdictOf } from '@/core/hookLoop.js'
import type { InboundStream } from '@/core/inboundStream.js'
import { Inbox, type Item } from '@/core/inbox.js'
import type { Link } from '@/core/link.js'
import { Outbox } from '@/core/outbox.js'
import { Receiver } from '@/core/receiver.js'
import { Sender } from '@/core/sender.js'
import { socketBelow } from '@/core/socketBelow.js'
import { SocketSink } from '@/core/socketSink.js'
import { wakeOn } from '@/core/streamEars.js'
import { TransportError } from '@/errors.js'

/** Bytes that wait unread behind a withheld answer before the socket is told to stop. */
const UNREAD_BYTES = 65_536
/** So many full chunks in a row may be read before what they gave cause to say leaves. */
const HELD_CHUNKS = 4
/** So many bytes of it may wait, and messages may be as large as this. */
const HELD_BYTES = 16_384
const HELD_MESSAGE_BYTES = 131_072

/**
 * The working parts of a connection, wired together: what goes out, what comes in, the hooks, the deadlines. A
 * connection at rest has none of it; it is made when something happens and dropped when nothing has for a while.
 */
export class Work<C> {
  readonly outbox: Outbox
  readonly sender: Sender
  readonly inbox: Inbox
  readonly receiver: Receiver
  readonly loop: HookLoop<C>
  readonly #link: Link<C>
  readonly #deadlines: Deadlines
  #greetingsDue = 0
  #greeted = 0
  #answeredMessages = 0
  /** Messages wait for no answer. */
  #hurries = false
  #spokeMs: number
  #spokeBytes = 0
  /** What has been written leaves at the end of this turn or tick. */
  #flushPlanned = false
  /** Chunks read since something to be written was first held back for another one. */
  #heldChunks = 0

  /** @param started whether `preLoop` is done already */
  constructor(link: Link<C>, started: boolean) {
    const { settings, commons, hooks } = link.shared
    const { framing, overrides, chain, connection } = link
    this.#link = link
    wakeOn(link.stream)
    this.outbox = new Outbox(commons.slabs, new SocketSink(link.stream, settings.highWaterMarkBytes, this))
    this.sender = new Sender(framing, this.outbox, settings, this, chain)
    this.inbox = new Inbox(commons.budget, settings.maxInboxMessages, settings.maxInboxBytes)
    const manners = { asks: overrides.offered, streams: overrides.stream && chain.length === 0 }
    this.receiver = new Receiver(framing, this.inbox, commons.budget, settings, manners, this)
    this.loop = new HookLoop(connection, hooks, overrides, this.inbox, this)
    this.#deadlines = new Deadlines(settings, framing, commons.clock.now())
    this.#spokeMs = commons.clock.now()
    if (!started) return
    this.sender.release()
    this.receiver.started()
    this.loop.resume()
  }

  /** Nothing is under way, in no direction, and nobody waits for anything. */
  get resting(): boolean {
    const { inbox, loop, sender, outbox } = this
    const { unanswered, reading } = this.#link.framing
    if (sender.busy || outbox.settledBytes < outbox.writtenBytes || unanswered > 0) return false
    return loop.resting && inbox.length === 0 && !inbox.wanted && reading === 'between'
  }

  /**
   * Moves whatever can move, in both directions, and lets the bytes of it go.
   * @param more another chunk is likely to follow at once, so a few bytes, such as answers, may go together with its own
   */
  turn(more = false): void {
    this.#flushPlanned = true
    this.receiver.pump()
    this.#hurry()
    this.sender.pump()
    if (!more || !this.#holdsBack()) this.#letGo()
    this.#steer()
    this.#link.checkEnding()
  }

  /**
   * A write costs both ends more than the few bytes in it, so answers to small messages wait for a chunk or two. The
   * length of a large one may be all that the window of the other end has room for; its answer leaves at once.
   */
  #holdsBack(): boolean {
    const { waitingBytes, blocked } = this.outbox
    if (blocked || waitingBytes === 0 || waitingBytes > HELD_BYTES) return false
    if (this.#heldChunks === HELD_CHUNKS || this.receiver.expectedBytes > HELD_MESSAGE_BYTES) return false
    if (this.#heldChunks++ === 0) setImmediate(letGoOf, this)
    return true
  }

  /** Whoever should read the stream that is under way may be waiting for a message of ours to leave first. */
  #hurry(): void {
    if (this.#hurries === this.receiver.unread) return
    this.#hurries = !this.#hurries
    this.#link.framing.hurry?.(this.#hurries)
  }

  /** What comes next; taking it makes room for more. */
  receive(signal: AbortSignal | undefined): Promise<Item> {
    const waiting = this.inbox.length
    const item = this.inbox.receive(signal)
    if (waiting > 0 || this.receiver.blocked) this.turn()
    return item
  }

  /** Nothing is read while an answer is withheld and bytes wait behind it. */
  #steer(): void {
    const { stream, framing } = this.#link
    const stop = this.receiver.blocked && framing.waiting >= UNREAD_BYTES
    if (stop === stream.isPaused()) return
    if (stop) stream.pause()
    else stream.resume()
  }

  #letGo(): void {
    this.#flushPlanned = false
    this.#heldChunks = 0
    this.outbox.flush()
    this.sender.seal()
    if (this.outbox.settledBytes === this.outbox.writtenBytes) this.#settle()
  }

  #settle(): void {
    this.outbox.settle()
    this.sender.settle()
    this.sender.pump()
  }

  // What the sender and its sink say.

  bytesWritten(): void {
    if (this.#flushPlanned) return
    this.#flushPlanned = true
    process.nextTick(letGoOf, this)
  }

  /** The flush that `bytesWritten` has planned, unless it has been done meanwhile. */
  flushPlanned(): void {
    if (!this.#flushPlanned) return
    this.#letGo()
    this.#link.checkEnding()
  }

  bytesSettled(): void {
    const { blocked, waitingBytes } = this.outbox
    if (blocked && channels.drain.hasSubscribers)
      publish('drain', { id: this.#link.id, atMs: this.#link.now(), waitingBytes })
    if (blocked) this.outbox.drained()
    this.#settle()
    if (this.outbox.waitingBytes > 0) this.#letGo()
    this.#link.checkEnding()
  }

  bytesOffered(chunk: Buffer, takenBytes: number): void {
    if (channels.write.hasSubscribers)
      publish('write', { id: this.#link.id, atMs: this.#link.now(), offeredBytes: chunk.length, takenBytes, chunk })
  }

  frameBroken(error: TransportError): void {
    this.#link.ending.fail(error)
  }

  // What the receiver says.

  openingDone(): void {
    if (channels.opened.hasSubscribers) publish('opened', { id: this.#link.id, atMs: this.#link.now() })
    const greetings = this.#link.chain.greetings()
    this.#greetingsDue = greetings.length
    for (const greeting of greetings) this.sender.transmitRaw(greeting)
    if (this.#greetingsDue === 0) this.#start()
  }

  #start(): void {
    this.sender.release()
    this.#link.enter('starting')
    this.loop.start()
  }

  messageArrived(arrived: Buffer): void {
    const { chain, shared } = this.#link
    if (chain.length === 0 && arrived.length > 0) return this.loop.deliver(arrived)
    if (this.#greeted < this.#greetingsDue) {
      chain.greeted(this.#greeted++, arrived)
      if (this.#greeted === this.#greetingsDue) this.#start()
      return
    }
    const message = chain.inbound(arrived)
    if (message === undefined || (message.length === 0 && shared.settings.heartbeatMs > 0)) return
    this.loop.deliver(asBuffer(message))
  }

  streamArrived(stream: InboundStream): void {
    this.loop.enqueue(stream)
  }

  answersArrived(count: number): void {
    this.#answeredMessages += count
    this.sender.settle()
    this.sender.pump()
  }

  consentTo(size: number): boolean | Promise<boolean> | undefined {
    const { overrides, shared, connection } = this.#link
    return overrides.offered ? verdictOf(shared.hooks, connection, size) : undefined
  }

  receiveFailed(error: TransportError): void {
    const { size, limit } = error.detail
    if (channels.limit.hasSubscribers && typeof size === 'number' && typeof limit === 'number')
      publish('limit', { id: this.#link.id, atMs: this.#link.now(), code: error.code, bytes: size, limit })
    this.#link.ending.fail(error, 'gently')
  }

  answerWithheld(bytes: number, reason: Withheld): void {
    if (channels.withheld.hasSubscribers)
      publish('withheld', { id: this.#link.id, atMs: this.#link.now(), bytes, reason })
  }

  readingResumed(): void {
    this.turn()
  }

  address(): string {
    return socketBelow(this.#link.stream)?.remoteAddress ?? ''
  }

  payloadMoved(direction: Direction, state: 'started' | 'finished', bytes: number, then?: 'finished'): void {
    publish('payload', { id: this.#link.id, atMs: this.#link.now(), direction, state, bytes })
    if (then !== undefined) this.payloadMoved(direction, then, bytes)
  }

  // What the loop says.

  loopStarted(): void {
    this.receiver.started()
    this.#link.opened()
    this.turn()
  }

  inboxEased(): void {
    if (this.receiver.blocked || !this.loop.busy) this.turn()
  }

  hookFailed(error: TransportError): void {
    this.#link.ending.fail(error, 'gently')
    this.loop.stop()
  }

  loopOver(): void {
    this.#link.ending.loopOver()
  }

  // Time.

  /** @param heard something has arrived since the last look */
  visit(nowMs: number, heard: boolean): void {
    const late = this.#deadlines.check(nowMs, {
      opening: this.#link.phase === 'opening',
      heard,
      blocked: this.receiver.blocked,
      working: this.loop.busy && this.sender.waitingMessages === 0,
      seenMessages: this.receiver.seenMessages,
      expectedBytes: this.receiver.expectedBytes,
      answeredMessages: this.#answeredMessages,
    })
    if (late !== undefined) this.#link.tooLate(late)
    else if (this.#link.shared.settings.heartbeatMs > 0) this.#beat(nowMs)
  }

  #beat(nowMs: number): void {
    const { settledBytes } = this.outbox
    if (settledBytes !== this.#spokeBytes) this.#spokeMs = nowMs
    this.#spokeBytes = settledBytes
    if (this.#link.phase !== 'open' || nowMs - this.#spokeMs < this.#link.shared.settings.heartbeatMs) return
    this.#spokeMs = nowMs
    void this.sender.transmit(Buffer.alloc(0), undefined)
  }
}

const letGoOf = (work: { flushPlanned(): void }): void => work.flushPlanned()
