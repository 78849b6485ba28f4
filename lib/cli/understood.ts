import { UsageError } from '@/cli/usageError.js'
import { TransportError } from '@/errors.js'

/**
 * Makes something from what was typed. What it cannot be made from is a mistake in the command line.
 * @param names what its options are called on the command line
 * @throws UsageError
 */
export const understood = <Made>(names: Readonly<Record<string, string>>, make: () => Made): Made => {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof TransportError) || error.code !== 'OPTION_INVALID') throw error
    const { option, given, expected } = error.detail
    const instead = given === undefined ? '' : `, not ${String(given)}`
    throw new UsageError(`${names[String(option)] ?? String(option)} wants ${String(expected)}${instead}`)
  }
}
