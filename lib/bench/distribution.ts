import { createHistogram } from 'node:perf_hooks'

/** How long each of many messages took, in nanoseconds. */
export interface Distribution {
  readonly count: number
  readonly minNs: number
  readonly meanNs: number
  readonly maxNs: number
  /** From 0 to 100 percent, denser towards the end: what share of the messages took at most so many nanoseconds. */
  readonly percentiles: readonly (readonly [percent: number, ns: number])[]
}

/** 1, 10 to 90, 91 to 99, 99.1 to 99.9 and so on: the end, where stalls show, as closely as the beginning. */
const SHARES = [
  1,
  ...[100, 10, 1, 0.1, 0.01].flatMap((rest) =>
    Array.from({ length: 9 }, (_, at) => Number((100 - rest + ((at + 1) * rest) / 10).toFixed(4))),
  ),
]

/** @param samplesNs at least one */
export const distributionOf = (samplesNs: Iterable<number>): Distribution => {
  const histogram = createHistogram()
  let sum = 0
  for (const ns of samplesNs) {
    histogram.record(Math.max(1, Math.round(ns)))
    sum += ns
  }
  const { count, min, max } = histogram
  const shares = [...SHARES.filter((share) => (1 - share / 100) * count > 0.5), 100]
  return {
    count,
    minNs: min,
    meanNs: sum / count,
    maxNs: max,
    percentiles: shares.map((share) => [share, histogram.percentile(share)]),
  }
}

/** The least time that `percent` of the messages did not exceed. */
export const percentileNs = ({ percentiles, maxNs }: Distribution, percent: number): number =>
  percentiles.find(([share]) => share >= percent)?.[1] ?? maxNs
