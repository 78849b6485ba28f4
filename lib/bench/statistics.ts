/** The middle of some samples and how far the middle half of them reaches. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** @param samples at least one; not changed */
export const spreadOf = (samples: readonly number[]): Spread => {
  const sorted = samples.toSorted((a, b) => a - b)
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) }
}

/** Each of `ours` over the one of `theirs` that was taken beside it. None where one of both was left out. */
export const ratios = (ours: readonly number[], theirs: readonly number[]): number[] =>
  theirs.length === 0 ? [] : ours.map((value, round) => value / (theirs[round] ?? Number.NaN))

const quantile = (sorted: readonly number[], part: number): number => {
  const place = (sorted.length - 1) * part
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}
