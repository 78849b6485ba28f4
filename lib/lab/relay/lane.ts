import type { Duplex } from 'node:stream'
import type { Cancel, Clock } from '@/core/index.js'
import type { Role } from '@/framings/framing.js'
import type { Decoder } from '@/lab/decoders/decoder.js'
import { unitsOf } from '@/lab/decoders/unitsOf.js'
import type { Fault, Passage } from '@/lab/faults/fault.js'
import { endPart, type Part, resetPart } from '@/lab/faults/part.js'
import { seeded } from '@/lab/faults/seeded.js'
import { Feed } from '@/lab/relay/feed.js'
import type { RelayEvent } from '@/lab/relay/relayEvent.js'
import { resetStream } from '@/lab/relay/resetStream.js'

/** Whom a lane belongs to. */
export interface LaneOwner {
  readonly clock: Clock
  readonly seed: number
  /** Which connection this is, for its random numbers. */
  readonly conversation: number
  /** Beyond so many bytes no more is read. */
  readonly maxHeldBytes: number
  tell(event: RelayEvent): void
  close(): void
  /** @param arrivedMs when the reset came, if it was not made here */
  reset(arrivedMs?: number): void
  fail(hook: string, error: unknown): void
}

/** One direction of a relay: what comes from one stream passes the faults and leaves through the other. */
export class Lane {
  readonly #owner: LaneOwner
  readonly #role: Role
  readonly #from: Duplex
  readonly #to: Duplex
  readonly #decoder: Decoder
  #faults: readonly Fault[]
  #feed: Feed
  /** Fires when the faults that work now are taken away. */
  #taken = new AbortController()
  /** The source: more may come, it has ended, it is gone, or nobody listens any more. */
  #source: 'open' | 'ended' | 'gone' | 'ignored' = 'open'
  /** Its end has been handed on. */
  #ended = false

  constructor(owner: LaneOwner, role: Role, from: Duplex, to: Duplex, decoder: Decoder, faults: readonly Fault[]) {
    this.#owner = owner
    this.#role = role
    this.#from = from
    this.#to = to
    this.#decoder = decoder
    this.#faults = faults
    this.#feed = this.#newFeed()
    from.on('data', (chunk: Buffer) => this.#arrived(chunk))
    from.on('end', () => this.#sourceOver('end'))
    from.on('error', () => this.#sourceOver('reset'))
    from.on('close', () => this.#sourceClosed())
    if (from.closed) this.#sourceClosed()
    void this.#run()
  }

  /** Other faults from here on. What the ones before hold goes on at once, and passes the new ones no more. */
  change(faults: readonly Fault[]): void {
    this.#faults = faults
    const taken = this.#taken
    this.#taken = new AbortController()
    const before = this.#feed
    this.#feed = this.#newFeed()
    before.finish(this.#feed)
    taken.abort()
  }

  /** Hands on nothing more. What still comes is read and thrown away. */
  stop(): void {
    if (this.#source === 'ignored') return
    this.#source = 'ignored'
    this.#feed.finish()
    this.#taken.abort()
    this.#from.resume()
  }

  /** The end of the stream leaves, unless it has. @param arrivedMs when it came; now, if it is made here */
  end(arrivedMs = this.#owner.clock.now()): void {
    if (this.#ended || this.#to.destroyed) return
    this.#ended = true
    this.#delivered(endPart(arrivedMs))
    this.#to.end()
  }

  /** The other side is reset. @param arrivedMs when the reset came; now, if it is made here */
  reset(arrivedMs = this.#owner.clock.now()): void {
    if (this.#to.destroyed) return
    this.#delivered(resetPart(arrivedMs))
    resetStream(this.#to)
  }

  #newFeed(): Feed {
    return new Feed(this.#owner.maxHeldBytes, () => {
      if (this.#source === 'open' && !this.#feed.full) this.#from.resume()
    })
  }

  #arrived(chunk: Buffer): void {
    if (this.#source !== 'open') return
    const atMs = this.#owner.clock.now()
    this.#owner.tell({ kind: 'arrived', from: this.#role, what: 'bytes', atMs, bytes: chunk })
    this.#feed.push({ kind: 'bytes', bytes: chunk, endsFrame: false, arrivedMs: atMs, dueMs: atMs })
    if (this.#feed.full) this.#from.pause()
  }

  #sourceOver(what: 'end' | 'reset'): void {
    if (this.#source === 'gone' || this.#source === 'ignored') return
    this.#source = what === 'end' ? 'ended' : 'gone'
    const atMs = this.#owner.clock.now()
    const part = what === 'end' ? endPart(atMs) : resetPart(atMs)
    this.#owner.tell({ kind: 'arrived', from: this.#role, what, atMs, bytes: part.bytes })
    this.#feed.push(part)
  }

  /** After both of its ends that is in order; before, it was cut off. */
  #sourceClosed(): void {
    if (this.#source === 'open' || !this.#from.writableFinished) this.#sourceOver('reset')
  }

  async #run(): Promise<void> {
    try {
      while (!this.#ignored()) {
        const feed = this.#feed
        for await (const part of this.#chain(feed)) {
          if (this.#ignored()) return
          await this.#deliver(part)
        }
        // A fault that gives no more although it has not been taken away swallows the rest.
        for await (const { bytes } of feed) this.#decoder.read(bytes)
      }
    } catch (error) {
      this.#owner.fail('through', error)
    }
  }

  #ignored(): boolean {
    return this.#source === 'ignored'
  }

  #chain(feed: Feed): AsyncIterable<Part> {
    const faults = this.#faults
    const { signal } = this.#taken
    const framed = faults.some((fault) => fault.framed)
    const start: AsyncIterable<Part> = this.#decoded(feed, framed)
    return faults.reduce((parts, fault, index) => fault.through(parts, this.#passage(fault, index, signal)), start)
  }

  async *#decoded(feed: Feed, framed: boolean): AsyncGenerator<Part, void, undefined> {
    for await (const part of feed) {
      const stretches = this.#decoder.read(part.bytes)
      if (!framed || part.bytes.length === 0) yield part
      else for (const { kind, bytes, endsFrame } of unitsOf(stretches)) yield { ...part, kind, bytes, endsFrame }
    }
  }

  async #deliver(part: Part): Promise<void> {
    if (part.kind === 'reset') return this.#owner.reset(part.arrivedMs)
    if (this.#ended) return
    if (part.kind === 'end') return this.end(part.arrivedMs)
    if (this.#to.destroyed) return
    this.#delivered(part)
    if (this.#to.destroyed) return // who looks on has thrown
    const room = this.#to.write(part.bytes)
    // Each piece leaves in a turn of the event loop of its own: joined with the next one it would not be a piece.
    if (room) await new Promise(setImmediate)
    else await this.#room()
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#to.off('drain', done).off('close', done)
        resolve()
      }
      this.#to.on('drain', done).on('close', done)
    })
  }

  #delivered({ kind, bytes, arrivedMs }: Part): void {
    const what = kind === 'end' || kind === 'reset' ? kind : 'bytes'
    this.#owner.tell({ kind: 'delivered', from: this.#role, what, atMs: this.#owner.clock.now(), arrivedMs, bytes })
  }

  #passage(fault: Fault, index: number, signal: AbortSignal): Passage {
    const { clock, seed, conversation } = this.#owner
    return {
      now: () => clock.now(),
      random: seeded(seed, conversation, this.#role, index, fault.name),
      until: (atMs) => waitUntil(clock, atMs, signal),
      note: (did) => {
        this.#owner.tell({ kind: 'fault', from: this.#role, atMs: clock.now(), fault: fault.name, did })
      },
      close: () => this.#owner.close(),
      reset: () => this.#owner.reset(),
    }
  }
}

const waitUntil = (clock: Clock, atMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const waitMs = atMs - clock.now()
    if (waitMs <= 0 || signal.aborted) return resolve()
    let cancel: Cancel = () => {}
    const done = (): void => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
    if (Number.isFinite(waitMs)) cancel = clock.after(waitMs, done)
  })
