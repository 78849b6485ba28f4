/**
 * At most about `most` of these points, so chosen that their line looks the same: of each stretch the first, the lowest,
 * the highest and the last.
 * @param points in the order of their x
 */
export const thinned = <P extends { readonly x: number; readonly y: number }>(
  points: readonly P[],
  most: number,
): readonly P[] => {
  if (points.length <= most) return points
  const stretches = Math.max(1, Math.floor(most / 4))
  const kept: P[] = []
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * points.length) / stretches)
    const until = Math.floor(((stretch + 1) * points.length) / stretches)
    let [lowest, highest] = [from, from]
    let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let index = from; index < until; index++) {
      const y = points[index]?.y ?? Number.NaN
      if (y < least) [lowest, least] = [index, y]
      if (y > greatest) [highest, greatest] = [index, y]
    }
    const chosen = [...new Set([from, lowest, highest, until - 1])].toSorted((a, b) => a - b)
    kept.push(...chosen.flatMap((index) => points[index] ?? []))
  }
  return kept
}
