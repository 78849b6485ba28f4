import { TransportError } from '@/errors.js'

/** `value`, if it is a whole number within the range. @throws TransportError OPTION_INVALID */
export const wholeNumber = (option: string, value: number, [min, max]: readonly [min: number, max: number]): number => {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new TransportError('OPTION_INVALID', {
    option,
    given: String(value),
    expected: `a whole number from ${min} to ${max}`,
  })
}
