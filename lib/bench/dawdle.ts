import type { Arrivals } from '@/bench/arrivals.js'

/** Holds its process up so long at each message, as a handler does that has much to compute. */
export const dawdleAtEach = (arrivals: Arrivals, ms: number): void => {
  const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  arrivals.each = () => {
    Atomics.wait(never, 0, 0, ms)
  }
}
