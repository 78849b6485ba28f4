import type { Micro } from 'framewright/bench'

/** So often in one run: a run that is short beside its own bookkeeping says little. */
const TIMES = 100

/** Does it many times a run. @param once gives `size`, such as that of what it made or found */
export const repeated = (name: string, size: number, once: () => number): Micro => ({
  name,
  operations: TIMES,
  expected: size * TIMES,
  run: () => {
    let sum = 0
    for (let left = TIMES; left > 0; left--) sum += once()
    return sum
  },
})
