/** By how much one set of samples lies above another: its factor, and between which factors that is, with 99 % certainty. */
export interface Shift {
  readonly ratio: number
  readonly low: number
  readonly high: number
}

/** Both ways together: the chance that the interval misses the true factor. */
const RISK = 0.01
/** The same, in standard deviations. */
const DEVIATIONS = 2.575_829

/** More samples than this are thinned; every one is compared with every other. */
const MOST = 400
/** Up to so many pairs the interval is exact. */
const EXACT_PAIRS = 2_500

/**
 * The factor between two sets of samples by Hodges and Lehmann, the median of all quotients of one of each, with the
 * interval that belongs to the test by Mann and Whitney. Neither asks how samples are distributed, nor heeds a wild one.
 * @returns undefined where samples are too few for an interval (below five of each), or not all above 0
 */
export const shiftOf = (before: readonly number[], after: readonly number[]): Shift | undefined => {
  const [old, young] = [thinned(before), thinned(after)]
  if (![...old, ...young].every((sample) => sample > 0 && Number.isFinite(sample))) return undefined
  const outside = pairsOutside(old.length, young.length)
  if (outside === undefined) return undefined
  const quotients = Float64Array.from(old.flatMap((one) => young.map((other) => other / one))).toSorted()
  const last = quotients.length - 1
  return {
    ratio: ((quotients[Math.floor(last / 2)] ?? 0) + (quotients[Math.ceil(last / 2)] ?? 0)) / 2,
    low: quotients[outside] ?? 0,
    high: quotients[last - outside] ?? 0,
  }
}

const thinned = (samples: readonly number[]): readonly number[] => {
  const step = Math.ceil(samples.length / MOST)
  return step <= 1 ? samples : samples.filter((_, index) => index % step === 0)
}

/** How many of all pairs, in order, lie below the interval, and as many above; undefined where no interval is wide enough. */
const pairsOutside = (few: number, many: number): number | undefined => {
  const pairs = few * many
  if (pairs > EXACT_PAIRS) {
    const deviation = Math.sqrt((pairs * (few + many + 1)) / 12)
    return Math.max(0, Math.floor(pairs / 2 - DEVIATIONS * deviation))
  }
  const ways = waysToOrder(few, many)
  const all = ways.reduce((sum, count) => sum + count, 0)
  let [outside, sum] = [-1, 0]
  for (const count of ways) {
    sum += count
    if (sum > (RISK / 2) * all) break
    outside++
  }
  return outside < 0 ? undefined : outside
}

/**
 * In how many of all orders of `few` and `many` samples exactly 0, 1, 2 ... pairs are the wrong way round: the product
 * of (1 - q^(many + i)) / (1 - q^i) for i up to `few`, as coefficients of q.
 */
const waysToOrder = (few: number, many: number): number[] => {
  const ways = Array.from({ length: few * many + 1 }, () => 0)
  ways[0] = 1
  for (let factor = 1; factor <= few; factor++) {
    for (let at = ways.length - 1; at >= many + factor; at--)
      ways[at] = (ways[at] ?? 0) - (ways[at - many - factor] ?? 0)
    for (let at = factor; at < ways.length; at++) ways[at] = (ways[at] ?? 0) + (ways[at - factor] ?? 0)
  }
  return ways
}
