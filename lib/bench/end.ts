import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { Arrivals } from '@/bench/arrivals.js'
import { asError } from '@/bench/asError.js'
import type { Address, Berth } from '@/bench/carrier.js'
import type { Described, Sending, Serving } from '@/bench/contender.js'
import { Crowd } from '@/bench/crowd.js'
import { dawdleAtEach } from '@/bench/dawdle.js'
import { gatherIdleCrowd } from '@/bench/idleCrowd.js'
import { LiveTimers } from '@/bench/liveTimers.js'
import { type ContenderRef, describeContenders, loadContender } from '@/bench/loadContender.js'
import { type Held, heldAfterCollection, PeakMemory } from '@/bench/memory.js'
import { type Load, Messages } from '@/bench/messages.js'
import { nowMs } from '@/bench/nowMs.js'
import { paced, type Schedule, timeEach } from '@/bench/paced.js'
import { answerEach, rally } from '@/bench/rally.js'

/** When something was over, and what it cost this process. */
export interface Part {
  readonly startMs: number
  readonly endMs: number
  readonly cpuMs: number
}

/** What the receiving end does with each message, beside looking at it; one that dawdles does nothing else meanwhile. */
export type Duty = 'look' | 'answer' | 'time' | { readonly dawdleMs: number }

/** What one of the two ends of a contender can be told to do. What goes in and out is copied between processes. */
export class End {
  readonly #arrivals = new Arrivals()
  readonly #replies = new Arrivals()
  #serving: Serving | undefined
  #sending: Sending | undefined
  #crowd: Crowd | undefined
  #messages: Messages | undefined
  #timesMs: Float64Array = new Float64Array()
  #peak: PeakMemory | undefined
  #timers: LiveTimers | undefined
  #cpu = process.cpuUsage()
  #startMs = 0

  /** Says what a module exports, or why it cannot be used. */
  async describe(module: string): Promise<readonly Described[] | { readonly says: string; readonly code: string }> {
    try {
      return await describeContenders(module)
    } catch (error) {
      const { name, message } = asError(error)
      return { says: message, code: error instanceof Error && 'code' in error ? String(error.code) : name }
    }
  }

  async serve(ref: ContenderRef, berth: Berth): Promise<Address> {
    this.#serving = await (await loadContender(ref)).serve(this.#arrivals, berth)
    return this.#serving.address
  }

  /** Opens a connection, once the one there was is closed. */
  async connect(ref: ContenderRef, address: Address): Promise<void> {
    await this.#sending?.close()
    this.#sending = undefined
    this.#sending = await (await loadContender(ref)).connect(address, this.#replies)
  }

  /** Opens many connections. */
  async connectMany(ref: ContenderRef, address: Address, count: number): Promise<Part> {
    const contender = await loadContender(ref)
    this.#begin()
    this.#crowd = await Crowd.of(count, () => contender.connect(address, this.#replies))
    return this.#end(nowMs())
  }

  /** Begins a sample at the receiving end. @param lanes connections that bring so much each, if there are many */
  expect(amount: Load, thorough: boolean, duty: Duty = 'look', lanes?: number): void {
    this.#begin()
    this.#arrivals.expect(amount, thorough, lanes)
    // Where each is answered, the other end sees best which of them is missing.
    if (duty === 'answer') answerEach(this.#arrivals)
    else this.#arrivals.watch()
    if (duty === 'time') this.#timesMs = timeEach(this.#arrivals, amount.count)
    if (typeof duty === 'object') dawdleAtEach(this.#arrivals, duty.dawdleMs)
  }

  /** Resolves when everything expected has arrived. */
  async arrived(): Promise<Part> {
    return this.#end(await this.#arrivals.all())
  }

  /** When each message of the last sample arrived, if that was the duty. */
  arrivalsMs(): Float64Array {
    return this.#timesMs
  }

  /** Sends a sample, as fast as it goes. */
  async send(amount: Load): Promise<Part> {
    const [sending, messages] = this.#ready(amount)
    this.#begin()
    await sending.send(messages)
    return this.#end(nowMs())
  }

  /** Sends a sample on each of many connections at the same time. */
  async sendOnAll(amount: Load): Promise<Part> {
    const send = this.#crowd?.ready(amount) ?? unconnected()
    this.#begin()
    await send()
    return this.#end(nowMs())
  }

  /** Messages that had come on each of many connections when half of all had come. */
  halfway(): Float64Array {
    return this.#arrivals.halfway
  }

  /** Sends a sample one by one, each when the one before it has come back. @see rally */
  async rally(amount: Load, thorough: boolean): Promise<Part & { readonly timesNs: Float64Array }> {
    const [sending, messages] = this.#ready(amount)
    this.#replies.expect(amount, thorough)
    this.#replies.watch()
    this.#begin()
    const timesNs = await rally(sending, this.#replies, messages)
    return { ...this.#end(nowMs()), timesNs }
  }

  /** Sends a sample at a given pace. @see paced */
  async pace(amount: Load, perSecond: number): Promise<Part & { readonly schedule: Schedule }> {
    const [sending, messages] = this.#ready(amount)
    this.#begin()
    const schedule = await paced(sending, messages, perSecond)
    return { ...this.#end(nowMs()), schedule }
  }

  /** @throws Error when more has arrived than was sent */
  check(): void {
    this.#arrivals.check()
    this.#replies.check()
  }

  async close(): Promise<void> {
    await this.#sending?.close()
    await this.#serving?.close()
  }

  /** Fills the server with connections that say nothing. */
  async crowd(port: number, count: number, greeting: readonly number[]): Promise<void> {
    await gatherIdleCrowd(port, count, greeting)
  }

  /** Resolves when so many connections are ready, with the time. */
  async crowded(count: number): Promise<number> {
    while ((this.#serving?.openConnections ?? 0) < count) await wait(1)
    return nowMs()
  }

  held(): Promise<Held> {
    return heldAfterCollection()
  }

  startPeak(): void {
    this.#peak = new PeakMemory()
  }

  /** @returns bytes beyond what was held at `startPeak` */
  stopPeak(): number {
    return this.#peak?.stop() ?? Number.NaN
  }

  countTimers(): void {
    this.#timers ??= new LiveTimers()
  }

  /** @returns how many timers there are, once those that are over have been counted out */
  async timers(): Promise<number> {
    await wait(50)
    await turn()
    return this.#timers?.count ?? Number.NaN
  }

  #ready(amount: Load): readonly [Sending, Messages] {
    const sending = this.#sending ?? unconnected()
    const before = this.#messages
    const same = before?.bytes === amount.bytes && before.count === amount.count
    this.#messages = same ? before : new Messages(amount)
    return [sending, this.#messages]
  }

  #begin(): void {
    this.#cpu = process.cpuUsage()
    this.#startMs = nowMs()
  }

  #end(endMs: number): Part {
    const { user, system } = process.cpuUsage(this.#cpu)
    return { startMs: this.#startMs, endMs, cpuMs: (user + system) / 1e3 }
  }
}

const unconnected = (): never => {
  throw new Error('not connected')
}
