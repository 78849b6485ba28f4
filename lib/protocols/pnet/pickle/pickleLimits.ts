import { wholeNumber } from '@/framings/wholeNumber.js'

/** How large and how deep a pickle may be. @see docs/limits.md, "pnet" */
export interface PickleLimits {
  /**
   * Largest pickle that is read or written, and most that its texts and bytes come to when one that stands in several
   * places is counted in each. 2 to 4_294_967_295 bytes.
   * @default 8_388_608 (8 MiB)
   */
  readonly maxPickleBytes?: number
  /**
   * Most values in a pickle, containers included, and one that stands in several places counted in each. 1 to
   * 100_000_000 values. @default 100_000
   */
  readonly maxPickleItems?: number
  /** Most values that are kept to be referred to. 0 to 100_000_000 values. @default 100_000 */
  readonly maxPickleMemo?: number
  /** How deep containers may stand within each other. 0 to 1_000 levels. @default 64 */
  readonly maxPickleDepth?: number
}

/** Default, least and most of each. */
export const PICKLE_RANGES: Record<keyof PickleLimits, readonly [fallback: number, min: number, max: number]> = {
  maxPickleBytes: [8_388_608, 2, 0xffff_ffff],
  maxPickleItems: [100_000, 1, 100_000_000],
  maxPickleMemo: [100_000, 0, 100_000_000],
  maxPickleDepth: [64, 0, 1_000],
}

/** Largest integer, in bytes: making text of one takes time that grows with the square of it. */
export const MAX_INTEGER_BYTES = 1_024

const limitOf = (limits: PickleLimits, name: keyof PickleLimits): number => {
  const [fallback, min, max] = PICKLE_RANGES[name]
  return wholeNumber(name, limits[name] ?? fallback, [min, max])
}

/** The limits with their defaults. @throws TransportError OPTION_INVALID */
export const pickleLimitsOf = (limits: PickleLimits = {}): Required<PickleLimits> => ({
  maxPickleBytes: limitOf(limits, 'maxPickleBytes'),
  maxPickleItems: limitOf(limits, 'maxPickleItems'),
  maxPickleMemo: limitOf(limits, 'maxPickleMemo'),
  maxPickleDepth: limitOf(limits, 'maxPickleDepth'),
})
