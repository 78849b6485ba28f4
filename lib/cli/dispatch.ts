import type { Options } from '@/cli/arguments.js'
import type { Listed } from '@/cli/command.js'
import { complain, failureLine } from '@/cli/failure.js'
import { helpText } from '@/cli/helpText.js'
import type { Io } from '@/cli/io.js'
import { nearest } from '@/cli/nearest.js'
import { plainText } from '@/cli/plainText.js'
import { UsageError } from '@/cli/usageError.js'
import { version } from '@/cli/version.js'
import { TransportError } from '@/errors.js'

/**
 * Runs the command that the arguments name, and turns whatever happens into an exit code: 0 done, 1 failed with one
 * line on stderr, 2 not understood with one line on stderr.
 */
export const dispatch = async (commands: readonly Listed[], args: readonly string[], io: Io): Promise<number> => {
  const code = await answered(commands, args, io)
  try {
    await io.flush()
    return code
  } catch (error) {
    complain(io, failureLine(error))
    return 1
  }
}

const answered = async (commands: readonly Listed[], typed: readonly string[], io: Io): Promise<number> => {
  // `help NAME` is `NAME --help`, and `help` alone `--help`.
  const args = typed[0] === 'help' ? [...typed.slice(1), '--help'] : typed
  let name = ''
  let options: Options = {}
  try {
    if (args.length === 0 || args[0] === 'help' || isHelp(args[0])) {
      io.stdout.write(overview(commands))
      return 0
    }
    if (args[0] === '--version') {
      io.stdout.write(`${await version()}\n`)
      return 0
    }
    const found = find(commands, args)
    if (found === undefined) return listFamily(commands, args, io)
    name = ` ${found.listed.name}`
    const command = await found.listed.load()
    options = command.options
    const own = beforeDashes(found.rest)
    if (own.some(isHelp)) {
      io.stdout.write(helpText(found.listed, command))
      return 0
    }
    // The signal may have come while the command was being loaded.
    io.stop.throwIfAborted()
    return await command.run(found.rest, io)
  } catch (error) {
    if (!(error instanceof UsageError)) {
      if (!io.stop.aborted) complain(io, failureLine(error, options))
      else if (!(io.stop.reason instanceof TransportError)) complain(io, stopLine(io.stop))
      return 1
    }
    const hint = error.hint ?? `see framewright${name} --help`
    complain(io, plainText(`${error.message}; ${hint}`))
    return 2
  }
}

/**
 * Whatever a command fails with when it has been told to stop is a consequence of that. An error that stopped it is one
 * of its output, which is told of when all else is over.
 */
const stopLine = ({ reason }: AbortSignal): string =>
  reason === 'EPIPE'
    ? 'stopped before it was done, since nobody reads its output any more [ABORTED]'
    : 'stopped before it was done, as it was told to [ABORTED]'

const isHelp = (arg: string | undefined): boolean => arg === '--help' || arg === '-h'

const beforeDashes = (args: readonly string[]): readonly string[] => {
  const end = args.indexOf('--')
  return end < 0 ? args : args.slice(0, end)
}

const find = (
  commands: readonly Listed[],
  args: readonly string[],
): { readonly listed: Listed; readonly rest: readonly string[] } | undefined => {
  for (const words of [2, 1]) {
    const listed = commands.find(
      ({ name }) => name === args.slice(0, words).join(' ') && name.split(' ').length === words,
    )
    if (listed !== undefined) return { listed, rest: args.slice(words) }
  }
  return undefined
}

/** The first word may be that of a family, such as `files`. */
const listFamily = (commands: readonly Listed[], [first = '', second]: readonly string[], io: Io): number => {
  const family = commands.filter(({ name, hidden }) => hidden !== true && name.startsWith(`${first} `))
  if (family.length > 0 && isHelp(second)) {
    io.stdout.write(`framewright ${first}\n\n${rows(family)}`)
    return 0
  }
  if (family.length > 0 && second === undefined) {
    const choice = family.map(({ name }) => `"${name}"`).join(', ')
    throw new UsageError(`"${first}" is not a whole command`, `try one of ${choice}`)
  }
  const known = commands.filter(({ hidden }) => hidden !== true).map(({ name }) => name)
  const typed = family.length > 0 ? `${first} ${second ?? ''}` : first
  const firstWords = [...new Set(known.map((name) => name.split(' ', 1)[0] ?? name))]
  const meant = nearest(typed, family.length > 0 ? family.map(({ name }) => name) : firstWords)
  const hint = meant === undefined ? 'see framewright --help' : `did you mean "${meant}"?`
  throw new UsageError(`there is no command ${JSON.stringify(typed)}`, hint)
}

const rows = (commands: readonly Listed[]): string => {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`).join('')
}

const overview = (commands: readonly Listed[]): string => `framewright: messages across sockets, whole

Usage
  framewright COMMAND [arguments]

Commands
${rows(commands.filter(({ hidden }) => hidden !== true))}
  framewright COMMAND --help   what a command does, with examples
  framewright --version        which version this is

Exit codes: 0 done, 1 failed, 2 not understood. With --json a command prints one
object a line. Where the FILE that a command sends, draws or plays may be any
stream, - is standard input; ./- is a file of that name.
`
