import { performance } from 'node:perf_hooks'

/** Ends what a clock has started; calling it again does nothing. */
export type Cancel = () => void

/** Time as the core sees it. Specs pass one of their own, so that no spec ever sleeps. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number
  /** Calls `run` once, `ms` from now. Keeps no process alive, unless it `holds`: somebody awaits what comes of it. */
  after(ms: number, run: () => void, holds?: boolean): Cancel
  /** Calls `run` each `ms` milliseconds. Keeps no process alive. */
  every(ms: number, run: () => void): Cancel
}

/** The real time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, run, holds = false) => {
    const timer = setTimeout(run, ms)
    if (!holds) timer.unref()
    return () => clearTimeout(timer)
  },
  every: (ms, run) => {
    const timer = setInterval(run, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
}
