import { TransportError } from '@/errors.js'

/** @throws TransportError OPTION_INVALID unless `given` is among them */
export const oneOf = <T extends string>(option: string, given: T, among: readonly T[]): T => {
  if (among.includes(given)) return given
  throw new TransportError('OPTION_INVALID', { option, given, one: among.join(', ') })
}
