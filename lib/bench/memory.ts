import { readFileSync, writeFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'

/** What a process holds, in bytes. */
export interface Held {
  /** Pages of the process that are in memory. */
  readonly rssBytes: number
  /** Objects of JavaScript. */
  readonly heapBytes: number
  /** Objects of C++ and buffers that objects of JavaScript keep alive. */
  readonly externalBytes: number
}

/** What is held once everything that can be collected has been. Needs `--expose-gc`. */
export const heldAfterCollection = async (): Promise<Held> => {
  if (globalThis.gc === undefined) throw new Error('memory is measured in a process with --expose-gc')
  for (let pass = 0; pass < 3; pass++) {
    globalThis.gc()
    await turn()
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rssBytes: rss, heapBytes: heapUsed, externalBytes: external }
}

/** The largest resident memory since `start`, in bytes beyond what it was then. */
export class PeakMemory {
  readonly #startBytes: number
  readonly #sampler: NodeJS.Timeout
  readonly #fromSystem: boolean
  #sampledBytes = 0

  constructor() {
    this.#fromSystem = forgetPeak()
    this.#startBytes = process.memoryUsage.rss()
    this.#sampler = setInterval(() => this.#sample(), 20)
    this.#sampler.unref()
  }

  /** Ends the measurement. */
  stop(): number {
    clearInterval(this.#sampler)
    this.#sample()
    return Math.max(this.#sampledBytes, this.#fromSystem ? peakOfSystem() : 0) - this.#startBytes
  }

  #sample(): void {
    this.#sampledBytes = Math.max(this.#sampledBytes, process.memoryUsage.rss())
  }
}

/** Linux keeps the peak itself and can be told to begin anew, so nothing between two samples escapes. */
const forgetPeak = (): boolean => {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
    return true
  } catch {
    return false
  }
}

const peakOfSystem = (): number => {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return Number(kilobytes ?? 0) * 1_024
}
