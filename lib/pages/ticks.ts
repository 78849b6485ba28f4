/** No axis has more, whatever it is asked. */
const MOST = 40

/** The smallest of 1, 2, 5, 10, 20 ... that is at least `least`. */
const niceStep = (least: number): number => {
  const decade = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5].find((step) => step * decade >= least * (1 - 1e-9)) ?? 10) * decade
}

/**
 * Round numbers, evenly apart, the first at most `from` and the last at least `to`.
 * @param about how many there should be; there may be a few more or less
 * @param binary steps are powers of two, as for bytes
 */
export const evenTicks = (from: number, to: number, about: number, binary = false): number[] => {
  const least = (to - from) / Math.max(1, about)
  // Below that, the steps themselves would have no digits left.
  if (!(least > 1e-290) || !Number.isFinite(least)) return [from]
  const step = binary ? 2 ** Math.ceil(Math.log2(least)) : niceStep(least)
  const first = Math.floor(from / step + 1e-9)
  const last = Math.min(Math.ceil(to / step - 1e-9), first + MOST)
  // By multiples, not by sums, so that no error grows.
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

/**
 * Powers of `base` from the one at or below `from` to the one at or above `to`; where there are few powers of ten, their
 * doubles and fives as well.
 */
export const powerTicks = (from: number, to: number, about: number, base: 2 | 10): number[] => {
  const log = (value: number): number => Math.log10(value) / Math.log10(base)
  const first = Math.floor(log(from) + 1e-9)
  const last = Math.ceil(log(to) - 1e-9)
  const within = [1, 2, 5].flatMap((times) =>
    Array.from({ length: Math.min(MOST, last - first + 1) }, (_, index) => times * base ** (first + index)),
  )
  if (base === 10 && 3 * (last - first) <= about) {
    const sorted = within.toSorted((a, b) => a - b)
    const below = sorted.findLast((tick) => tick <= from * (1 + 1e-9)) ?? from
    const above = sorted.find((tick) => tick >= to * (1 - 1e-9)) ?? to
    return sorted.filter((tick) => tick >= below && tick <= above).map(exact)
  }
  const stride = Math.max(1, Math.ceil((last - first) / Math.max(1, about)))
  const count = Math.ceil((last - first) / stride) + 1
  return Array.from({ length: Math.min(MOST, count) }, (_, index) => exact(base ** (first + index * stride)))
}

const exact = (value: number): number => Number(value.toPrecision(12))
