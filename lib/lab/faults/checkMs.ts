import { TransportError } from '@/errors.js'

const MAX_MS = 3_600_000

/** @throws TransportError OPTION_INVALID unless it is 0 to 3_600_000 milliseconds */
export const checkMs = (option: string, value: number): number => {
  if (value >= 0 && value <= MAX_MS) return value
  throw new TransportError('OPTION_INVALID', { option, given: String(value), min: 0, max: MAX_MS })
}
