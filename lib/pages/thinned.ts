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
    for (let index = from; index < until; index++) {
      const y = points[index]?.y ?? Number.NaN
      if (y < (points[lowest]?.y ?? Number.NaN)) lowest = index
      if (y > (points[highest]?.y ?? Number.NaN)) highest = index
    }
    const chosen = [...new Set([from, lowest, highest, until - 1])].toSorted((a, b) => a - b)
    kept.push(...chosen.flatMap((index) => points[index] ?? []))
  }
  return kept
}
