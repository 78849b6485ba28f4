import { UsageError } from '@/cli/usageError.js'
import { TransportError } from '@/errors.js'

/** What options are called on the command line, by what they are called in the code. */
export type OptionNames = Readonly<Record<string, string>>

/**
 * Makes something from what was typed. What it cannot be made from is a mistake in the command line.
 * @throws UsageError
 */
export const understood = <Made>(names: OptionNames, make: () => Made): Made => {
  try {
    return make()
  } catch (error) {
    throw asUsage(names, error)
  }
}

/** As a mistake in the command line, if it is one. A name that cannot be used is that of `name`. */
export const asUsage = (names: OptionNames, error: unknown): unknown => {
  if (!(error instanceof TransportError)) return error
  if (error.code !== 'OPTION_INVALID' && error.code !== 'NAME_UNUSABLE') return error
  const { option = 'name', given, expected } = error.detail
  const instead = given === undefined ? '' : `, not ${String(given)}`
  return new UsageError(`${names[String(option)] ?? String(option)} wants ${String(expected)}${instead}`)
}
