import type { Duplex } from 'node:stream'
import type { Clock } from '@/core/index.js'
import type { Role } from '@/framings/framing.js'
import type { Dialect } from '@/lab/decoders/decoder.js'
import { Comparison } from '@/lab/replay/comparison.js'
import type { Ending } from '@/lab/replay/difference.js'
import type { RecordedConversation, RecordedStep } from '@/lab/replay/recording.js'
import type { Pace, ReplayLimits, ReplayReport } from '@/lab/replay/replayOptions.js'
import { otherEnd } from '@/lab/relay/otherEnd.js'
import type { Crossing } from '@/lab/relay/relayEvent.js'
import { resetStream } from '@/lab/relay/resetStream.js'

/** An end that says so much more than recorded is cut off. */
const MAX_SURPLUS_BYTES = 65_536

/** What a player needs to know beside the conversation and its stream. */
export interface PlayerSettings extends Readonly<Required<ReplayLimits>> {
  readonly pace: Pace
  readonly dialect: Dialect
  readonly clock: Clock
}

/**
 * Says on a stream what one end has said in a recording, and compares what the other end says with what is recorded of
 * it. Whatever was said after something of the other end waits for that. It owns the stream.
 */
export class Player {
  readonly #stream: Duplex
  readonly #conversation: RecordedConversation
  readonly #role: Role
  readonly #settings: PlayerSettings
  readonly #comparison: Comparison
  readonly #startMs: number
  /** Of the recording, when this began. */
  readonly #recordedStartMs: number
  #ending: Ending = 'open'
  #progressMs: number
  #sentBytes = 0
  #wake: () => void = ignore

  /** @param role the end that this plays */
  constructor(stream: Duplex, conversation: RecordedConversation, role: Role, settings: PlayerSettings) {
    this.#stream = stream
    this.#conversation = conversation
    this.#role = role
    this.#settings = settings
    const { clock, dialect, maxDifferences } = settings
    const other = otherEnd(role)
    const expected = conversation.steps.filter(({ from }) => from === other).map(({ bytes }) => bytes)
    this.#comparison = new Comparison(expected, [dialect.decoders()[other], dialect.decoders()[other]], maxDifferences)
    this.#startMs = this.#progressMs = clock.now()
    this.#recordedStartMs = conversation.steps[0]?.atMs ?? 0
    stream.on('data', (chunk: Buffer) => this.#received(chunk))
    stream.on('end', () => this.#over('end'))
    stream.on('error', () => this.#over('reset'))
    stream.on('close', () => this.#over('reset'))
    stream.on('drain', () => this.#progress())
  }

  /** Resolves when all is over; the stream is gone then. Never rejects. */
  async play(): Promise<ReplayReport> {
    const { steps } = this.#conversation
    const recorded = await this.#steps(steps)
    this.#stream.destroy()
    const own = steps.reduce((sum, { from, bytes }) => sum + (from === this.#role ? bytes.length : 0), 0)
    const unsentBytes = own - this.#sentBytes
    const compared = this.#comparison.finish({ ending: this.#ending, recorded, unsentBytes })
    return {
      conversation: this.#conversation.number,
      ...compared,
      sentBytes: this.#sentBytes,
      receivedBytes: this.#comparison.receivedBytes,
      tookMs: this.#settings.clock.now() - this.#startMs,
      same: compared.differences.length === 0,
    }
  }

  /** @returns how the other end should have ended, where that is recorded and could be seen */
  async #steps(steps: readonly RecordedStep[]): Promise<Ending | undefined> {
    let [otherBytes, atMs, endingMs] = [0, this.#recordedStartMs, 0]
    let otherEnds: Ending | undefined
    const recorded = steps.map((step) => (step.from === this.#role ? 'bytes' : step.what)).findLast(isEnding)
    let ownEnds: Ending = 'open'
    for (const step of steps) {
      // It may take as long as it took then, and stepTimeoutMs more.
      const allowedMs = Math.max(0, step.atMs - atMs)
      atMs = step.atMs
      if (step.from === this.#role) {
        // An end waits for no end: who has watched only the ends of a connection cannot tell which came first.
        if (step.what === 'bytes' && otherEnds !== undefined) await this.#until(() => this.#isOver, endingMs)
        if (!(await this.#perform(step))) return recorded
        if (step.what !== 'bytes') ownEnds = step.what
      } else if (step.what === 'bytes') {
        otherBytes += step.bytes.length
        if (!(await this.#until(() => this.#comparison.placedBytes >= otherBytes, allowedMs))) return undefined
      } else [otherEnds, endingMs] = [step.what, allowedMs]
    }
    if (ownEnds === 'reset') return undefined
    if (ownEnds === 'open') this.#stream.end()
    const { stepTimeoutMs, lingerMs } = this.#settings
    await this.#until(() => this.#isOver, endingMs, otherEnds === undefined ? lingerMs : stepTimeoutMs)
    return otherEnds
  }

  /** @returns whether the other end takes it */
  async #perform({ what, bytes, atMs }: RecordedStep): Promise<boolean> {
    if (this.#settings.pace === 'recorded') await this.#pause(this.#startMs + atMs - this.#recordedStartMs)
    if (what === 'reset') {
      resetStream(this.#stream)
      return true
    }
    if (!this.#stream.writable) return false
    if (what === 'end') this.#stream.end()
    else if (!this.#stream.write(bytes) && !(await this.#until(() => !this.#stream.writableNeedDrain, 0))) return false
    this.#sentBytes += bytes.length
    return true
  }

  /**
   * Waits for something of the other end.
   * @param limitMs without anything new it gives up after so long, and `allowedMs` more
   * @returns whether it came about
   */
  async #until(isDone: () => boolean, allowedMs: number, limitMs = this.#settings.stepTimeoutMs): Promise<boolean> {
    const { clock } = this.#settings
    this.#progressMs = clock.now()
    while (!isDone()) {
      if (this.#isOver || this.#stream.destroyed) return false
      const leftMs = this.#progressMs + allowedMs + limitMs - clock.now()
      if (leftMs <= 0) return false
      await this.#news(leftMs)
    }
    return true
  }

  async #pause(untilMs: number): Promise<void> {
    const { clock } = this.#settings
    for (let leftMs = untilMs - clock.now(); leftMs > 0; leftMs = untilMs - clock.now()) {
      if (this.#stream.destroyed) return
      await this.#news(leftMs)
    }
  }

  /** Something happens, or so much time passes. */
  #news(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#settings.clock.after(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  /** What is not recorded is no progress. */
  #received(chunk: Buffer): void {
    const before = this.#comparison.placedBytes
    this.#comparison.receive(chunk)
    if (this.#comparison.surplusBytes > MAX_SURPLUS_BYTES) this.#stream.destroy()
    if (this.#comparison.placedBytes > before) this.#progress()
    else this.#wake()
  }

  get #isOver(): boolean {
    return this.#ending !== 'open'
  }

  #over(how: Ending): void {
    if (!this.#isOver) this.#ending = how
    this.#progress()
  }

  #progress(): void {
    this.#progressMs = this.#settings.clock.now()
    this.#wake()
  }
}

const isEnding = (what: Crossing): what is Exclude<Crossing, 'bytes'> => what !== 'bytes'
const ignore = (): void => {}
