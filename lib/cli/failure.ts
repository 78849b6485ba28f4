import { adviceFor } from '@/cli/advice.js'
import type { Options } from '@/cli/arguments.js'
import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import { UsageError } from '@/cli/usageError.js'
import { TransportError } from '@/errors.js'

/**
 * One line that says what went wrong and what to do.
 * @param options those of the command that runs: what to do names no others
 */
export const failureLine = (error: unknown, options: Options = {}): string => {
  if (!(error instanceof Error)) return plainText(String(error))
  if (error instanceof UsageError) return plainText([error.message, error.hint ?? []].flat().join('; '))
  if (!(error instanceof TransportError)) return plainText(error.message.split('\n', 1)[0] ?? error.name)
  return [`${plainText(error.message)} [${error.code}]`, ...adviceFor(error, options)].join('; ')
}

/** Says on stderr that something went wrong. @param line one line, with nothing in it that a terminal would act on */
export const complain = ({ stderr }: Pick<Io, 'stderr'>, line: string): void => {
  stderr.write(`framewright: ${line}\n`)
}
