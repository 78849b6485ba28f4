import { TransportError } from '@/errors.js'

/** @throws TransportError OPTION_INVALID unless it is a whole number of the range */
export const checkNumber = (option: string, value: number, min: number, max: number): number => {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new TransportError('OPTION_INVALID', { option, given: String(value), min, max })
}
