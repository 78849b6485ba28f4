import { onAbort, refusedBy } from '@/core/abort.js'
import { Deferred, rejected } from '@/core/deferred.js'
import { channels } from '@/core/diagnostics.js'
import { objectionTo } from '@/core/objection.js'
import type { Outbox } from '@/core/outbox.js'
import { PluginChain } from '@/core/pluginChain.js'
import { pour, type StreamSource } from '@/core/pour.js'
import { Receipts } from '@/core/receipts.js'
import { type Entry, SendQueue } from '@/core/sendQueue.js'
import { systemError } from '@/core/systemError.js'
import { TransportError } from '@/errors.js'
import type { Framing } from '@/framings/framing.js'

/** What a sender may hold. */
export interface SenderLimits {
  readonly maxOutboxBytes: number
  readonly maxOutboxMessages: number
}

/** Whom a sender tells what happened. */
export interface SenderOwner {
  /** Bytes stand in the outbox that nobody has flushed yet. */
  bytesWritten(): void
  /** A frame was left half done, so nothing more can be said on this connection. */
  frameBroken(error: TransportError): void
  payloadMoved(direction: 'outbound', state: 'started' | 'finished', size: number, then?: 'finished'): void
}

/** The outbox is fed while fewer bytes than this wait in it; messages beyond wait here, whole. */
const FEED_BYTES = 1_048_576
/** A stream is read on while fewer bytes than this have not settled. */
const POUR_BYTES = 1_048_576

/** Owns the messages that are to leave: their order, their promises, their bounds. The framing says when each may. */
export class Sender {
  readonly #framing: Framing
  readonly #outbox: Outbox
  readonly #limits: SenderLimits
  readonly #owner: SenderOwner
  readonly #queue: SendQueue
  readonly #receipts = new Receipts()
  /** The entry whose length is out and whose payload is not yet wholly written. */
  #current: Entry | undefined
  /** The payload of `#current` comes from a source that is being read. */
  #pouring = false
  #room: Deferred | undefined
  #acceptedMessages = 0
  #finishedMessages = 0
  /** Why no message is taken any more. */
  #refusal: TransportError | undefined
  #error: TransportError | undefined

  constructor(
    framing: Framing,
    outbox: Outbox,
    limits: SenderLimits,
    owner: SenderOwner,
    chain: PluginChain = PluginChain.empty,
  ) {
    this.#framing = framing
    this.#outbox = outbox
    this.#limits = limits
    this.#owner = owner
    this.#queue = new SendQueue(framing, chain)
  }

  /** Messages accepted and not yet wholly given to the outbox. */
  get waitingMessages(): number {
    return this.#acceptedMessages - this.#finishedMessages
  }

  /** Bytes of messages that wait here or in the outbox. */
  get waitingBytes(): number {
    return this.#queue.bytes + this.#outbox.waitingBytes
  }

  /** Somebody waits for something here. */
  get busy(): boolean {
    return this.waitingMessages > 0 || this.#receipts.waiting
  }

  /** @throws TransportError OUTBOX_FULL, MESSAGE_UNSENDABLE, ABORTED, PLUGIN_FAILED, or what has ended the connection */
  transmit(message: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const size = message.length
    const mustWait =
      this.#queue.length > 0 || this.#current !== undefined || signal !== undefined || this.#queue.prepares
    const full = this.#outbox.waitingBytes + size > this.#limits.maxOutboxBytes
    if (mustWait || full || this.#refusal !== undefined || !this.#mayStart(size))
      return this.#enqueue(message, size, signal, false)
    const objection = objectionTo(this.#framing, size, message)
    if (objection !== undefined) return rejected(objection)
    if (!this.#framing.pipelined) return this.#enqueue(message, size, signal, false)
    try {
      this.#framing.start(size)
      this.#outbox.bytes(message)
      this.#framing.finish()
    } catch (error) {
      return rejected(this.#breakOff(error))
    }
    this.#acceptedMessages++
    this.#finishedMessages++
    if (channels.payload.hasSubscribers) this.#owner.payloadMoved('outbound', 'started', size, 'finished')
    this.#owner.bytesWritten()
    return this.#receipts.join(this.#outbox.writtenBytes).promise
  }

  /** Sends what a plugin says for itself, past all plugins; a greeting goes before every message. */
  transmitRaw(message: Uint8Array): void {
    void this.#enqueue(message, message.length, undefined, true)
  }

  /** The greetings have been exchanged: messages may follow. */
  release(): void {
    this.#queue.release()
  }

  transmitStream(source: StreamSource, size: number, signal: AbortSignal | undefined): Promise<void> {
    return this.#enqueue(source, size, signal, true)
  }

  /** Starts and finishes whatever the framing allows now. */
  pump(): void {
    try {
      this.#pump()
    } catch (error) {
      this.#breakOff(error)
    }
  }

  #pump(): void {
    for (;;) {
      if (this.#current !== undefined) {
        if (this.#pouring || !this.#framing.payloadAllowed) return
        const { payload, size } = this.#current
        if (channels.payload.hasSubscribers) this.#owner.payloadMoved('outbound', 'started', size)
        if (!(payload instanceof Uint8Array)) return this.#pour(this.#current, payload)
        this.#outbox.bytes(payload)
        this.#finish(this.#current)
      }
      const entry = this.#queue.length === 0 ? undefined : this.#queue.peek(this.#dropped)
      if (entry === undefined || !this.#mayStart(entry.size)) return
      this.#queue.shift()
      this.#current = entry
      this.#framing.start(entry.size)
      this.#owner.bytesWritten()
    }
  }

  /** To be called when bytes are on their way out: the messages of the next tick get a promise of their own. */
  seal(): void {
    this.#receipts.seal(this.#outbox.writtenBytes)
    // An empty payload adds no byte whose settling would tell.
    if (this.#receipts.waiting && this.#outbox.settledBytes === this.#outbox.writtenBytes) this.settle()
  }

  /** Bytes have settled, or answers have come: keeps the promises that can be kept. */
  settle(): void {
    const settled = this.#outbox.settledBytes
    this.#receipts.settle(settled)
    if (this.#room !== undefined && this.#outbox.writtenBytes - settled < POUR_BYTES) {
      this.#room.resolve()
      this.#room = undefined
    }
    this.#settleFlushes()
  }

  /** Resolves when every message accepted so far has left and been answered. */
  flush(signal: AbortSignal | undefined): Promise<void> {
    const refusal = this.#error ?? refusedBy(signal)
    if (refusal !== undefined) return rejected(refusal)
    this.seal()
    const flushed = this.#receipts.flush(this.#acceptedMessages, signal)
    this.#settleFlushes()
    return flushed
  }

  /** No answer will come any more: what would need one fails, now and later. A payload that has its answer still leaves. */
  answersEnded(error: TransportError): void {
    if (this.#refusal !== undefined) return
    if (this.#current !== undefined && !this.#framing.payloadAllowed) return this.fail(error)
    this.#refusal = error
    if (this.#queue.length > 0 || this.#framing.unanswered > 0) this.#receipts.failFlushes(error)
    this.#queue.fail(error)
    this.#finishedMessages = this.#acceptedMessages - (this.#current === undefined ? 0 : 1)
  }

  /** Nothing can be sent any more: everything unsettled, and everything asked for later, fails with this error. */
  fail(error: TransportError): void {
    if (this.#error !== undefined) return
    this.#error = this.#refusal = error
    this.#receipts.fail(error)
    this.#queue.fail(error)
    this.#current?.batch.reject(error)
    this.#current = undefined
    this.#finishedMessages = this.#acceptedMessages
    this.#room?.reject(error)
    this.#room = undefined
  }

  /** The framing threw, so a frame may stand there half done. */
  #breakOff(thrown: unknown): TransportError {
    const error = systemError(thrown, 'MESSAGE_UNSENDABLE')
    this.#owner.frameBroken(error)
    return error
  }

  readonly #dropped = (): void => {
    this.#finishedMessages++
  }

  #mayStart(size: number): boolean {
    return this.#outbox.waitingBytes < FEED_BYTES && this.#framing.canStart(size)
  }

  #enqueue(payload: Entry['payload'], size: number, signal: AbortSignal | undefined, prepared: boolean): Promise<void> {
    const objection = this.#refusal ?? refusedBy(signal) ?? this.#objection(payload, size)
    if (objection !== undefined) return rejected(objection)
    const whole = payload instanceof Uint8Array
    const shared = whole && signal === undefined && this.#framing.pipelined && !this.#queue.prepares
    const batch = shared
      ? this.#receipts.join(this.#outbox.writtenBytes)
      : this.#receipts.alone(this.#outbox.writtenBytes)
    batch.unwritten++
    this.#acceptedMessages++
    const entry = this.#queue.push(payload, size, batch, prepared)
    onAbort(signal, batch.promise, (error) => this.#aborted(entry, error))
    this.pump()
    return batch.promise
  }

  #objection(payload: Entry['payload'], size: number): TransportError | undefined {
    const whole = payload instanceof Uint8Array
    const objection = this.#queue.prepares ? undefined : objectionTo(this.#framing, size, whole ? payload : undefined)
    if (objection !== undefined) return objection
    const { maxOutboxBytes, maxOutboxMessages } = this.#limits
    const { waitingBytes, waitingMessages } = this
    const fits = waitingBytes === 0 || waitingBytes + (whole ? size : 0) <= maxOutboxBytes
    if (fits && waitingMessages < maxOutboxMessages) return undefined
    return new TransportError('OUTBOX_FULL', { size, waitingBytes, maxOutboxBytes, waitingMessages, maxOutboxMessages })
  }

  /** A message that has not started is withdrawn; one that has cannot be unsaid, so the connection breaks. */
  #aborted(entry: Entry, error: TransportError): void {
    const { batch } = entry
    if (batch.kept) return
    const begun = entry === this.#current || batch.unwritten === 0 || (this.#queue.prepares && entry.prepared)
    if (begun) return this.#owner.frameBroken(error)
    entry.withdrawn = true
    entry.batch.reject(error)
  }

  #finish(entry: Entry): void {
    this.#framing.finish()
    this.#current = undefined
    this.#finishedMessages++
    this.#queue.forget(entry)
    if (channels.payload.hasSubscribers) this.#owner.payloadMoved('outbound', 'finished', entry.size)
    this.#receipts.written(entry.batch, this.#outbox.writtenBytes)
    this.#owner.bytesWritten()
  }

  #pour(entry: Entry, source: StreamSource): void {
    this.#pouring = true
    const ended = (error?: unknown): void => {
      this.#pouring = false
      if (this.#error !== undefined || this.#current !== entry) return
      if (error instanceof TransportError) return this.#owner.frameBroken(error)
      try {
        this.#finish(entry)
      } catch (thrown) {
        return void this.#breakOff(thrown)
      }
      this.pump()
    }
    pour(source, entry.size, (piece) => this.#put(piece)).then(() => ended(), ended)
  }

  #put(piece: Uint8Array): void | Promise<void> {
    if (this.#error !== undefined) throw this.#error
    this.#outbox.bytes(piece)
    this.#owner.bytesWritten()
    if (this.#outbox.writtenBytes - this.#outbox.settledBytes < POUR_BYTES) return
    this.#room ??= new Deferred()
    return this.#room.promise
  }

  #settleFlushes(): void {
    if (!this.#receipts.flushing) return
    const finished = this.#finishedMessages
    const answered = finished + (this.#current === undefined ? 0 : 1) - this.#framing.unanswered
    const { writtenBytes: written, settledBytes: settled } = this.#outbox
    this.#receipts.settleFlushes({ finished, answered, written, settled })
  }
}
