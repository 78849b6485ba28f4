import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { Arrivals } from '@/bench/arrivals.js'
import type { Contender, Sending, Serving } from '@/bench/contender.js'
import { gatherIdleCrowd } from '@/bench/idleCrowd.js'
import { LiveTimers } from '@/bench/liveTimers.js'
import { type Held, heldAfterCollection, PeakMemory } from '@/bench/memory.js'
import { type Load, Messages } from '@/bench/messages.js'
import { nowMs } from '@/bench/nowMs.js'

/** Which contender, for a process that has to load it. */
export type ContenderRef = Pick<Contender, 'name' | 'module'>

/** When something was over, and what it cost this process. */
export interface Part {
  readonly startMs: number
  readonly endMs: number
  readonly cpuMs: number
}

/** What one of the two processes of a contender can be told to do. What goes in and out must survive JSON. */
export class End {
  readonly #arrivals = new Arrivals()
  #serving: Serving | undefined
  #sending: Sending | undefined
  #messages: Messages | undefined
  #peak: PeakMemory | undefined
  #timers: LiveTimers | undefined
  #cpu = process.cpuUsage()
  #startMs = 0

  /** @returns the port */
  async serve(ref: ContenderRef): Promise<number> {
    this.#serving = await (await load(ref)).serve(this.#arrivals)
    return this.#serving.port
  }

  async connect(ref: ContenderRef, port: number): Promise<void> {
    this.#sending = await (await load(ref)).connect(port)
  }

  /** Begins a sample at the receiving end. */
  expect(amount: Load, thorough: boolean): void {
    this.#begin()
    this.#arrivals.expect(amount, thorough)
  }

  /** Resolves when everything expected has arrived. */
  async arrived(): Promise<Part> {
    return this.#end(await this.#arrivals.all())
  }

  /** Sends a sample. */
  async send(amount: Load): Promise<Part> {
    if (this.#sending === undefined) throw new Error('not connected')
    const before = this.#messages
    const same = before?.bytes === amount.bytes && before.count === amount.count
    const messages = same ? before : new Messages(amount)
    this.#messages = messages
    this.#begin()
    await this.#sending.send(messages)
    return this.#end(nowMs())
  }

  /** @throws Error when more has arrived than was sent */
  check(): void {
    this.#arrivals.check()
  }

  async close(): Promise<void> {
    await this.#sending?.close()
    await this.#serving?.close()
  }

  /** Fills the server with connections that say nothing. */
  async crowd(port: number, count: number, greeting: readonly number[]): Promise<void> {
    await gatherIdleCrowd(port, count, greeting)
  }

  /** Resolves when so many connections are ready. */
  async crowded(count: number): Promise<void> {
    while ((this.#serving?.openConnections ?? 0) < count) await wait(10)
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

  #begin(): void {
    this.#cpu = process.cpuUsage()
    this.#startMs = nowMs()
  }

  #end(endMs: number): Part {
    const { user, system } = process.cpuUsage(this.#cpu)
    return { startMs: this.#startMs, endMs, cpuMs: (user + system) / 1e3 }
  }
}

const load = async (ref: ContenderRef): Promise<Contender> => {
  const exported: Readonly<Record<string, unknown>> = await import(ref.module)
  for (const value of Object.values(exported)) if (isContender(value) && value.name === ref.name) return value
  throw new Error(`${ref.module} exports no contender "${ref.name}"`)
}

const isContender = (value: unknown): value is Contender =>
  typeof value === 'object' && value !== null && 'serve' in value && 'connect' in value
