import type { Cancel, Clock } from '@/core/clock.js'

interface Alarm {
  atMs: number
  readonly everyMs: number | undefined
  readonly run: () => void
}

const MOST_STEPS = 100_000

const filesAreBusy = (): boolean => process.getActiveResourcesInfo().some((name) => /^(FSReq|CloseReq)/.test(name))

/** Time that passes only when a spec says so. */
export class ManualClock implements Clock {
  #nowMs = 0
  readonly #alarms = new Set<Alarm>()

  now(): number {
    return this.#nowMs
  }

  after(ms: number, run: () => void): Cancel {
    return this.#add({ atMs: this.#nowMs + ms, everyMs: undefined, run })
  }

  every(ms: number, run: () => void): Cancel {
    return this.#add({ atMs: this.#nowMs + ms, everyMs: ms, run })
  }

  /** How many calls are still to come; a repeated one counts once. */
  get pending(): number {
    return this.#alarms.size
  }

  /** Lets `ms` milliseconds pass: what is due runs in the order of its time, and at equal times of its making. */
  advance(ms: number): void {
    const until = this.#nowMs + ms
    for (let alarm = this.#next(until); alarm !== undefined; alarm = this.#next(until)) {
      this.#nowMs = alarm.atMs
      if (alarm.everyMs === undefined) this.#alarms.delete(alarm)
      else this.#putBack(alarm, alarm.everyMs)
      alarm.run()
    }
    this.#nowMs = until
  }

  /** Lets time pass in steps, with all that arrives and every file that is read or written meanwhile, until `promise` is settled. */
  async passUntil<T>(promise: Promise<T>, stepMs = 250): Promise<T> {
    const waiting = new Set([promise])
    const settle = (): void => void waiting.delete(promise)
    promise.then(settle, settle)
    for (let step = 0; waiting.size > 0; step++) {
      if (step === MOST_STEPS) throw new Error(`nothing came of it in ${MOST_STEPS * stepMs} ms`)
      do await new Promise(setImmediate)
      while (filesAreBusy())
      if (waiting.size > 0) this.advance(stepMs)
    }
    return promise
  }

  #add(alarm: Alarm): Cancel {
    this.#alarms.add(alarm)
    return () => void this.#alarms.delete(alarm)
  }

  /** Behind those that are due at the same time. */
  #putBack(alarm: Alarm, everyMs: number): void {
    alarm.atMs += everyMs
    this.#alarms.delete(alarm)
    this.#alarms.add(alarm)
  }

  #next(until: number): Alarm | undefined {
    let first: Alarm | undefined
    for (const alarm of this.#alarms) {
      if (alarm.atMs <= until && (first === undefined || alarm.atMs < first.atMs)) first = alarm
    }
    return first
  }
}
