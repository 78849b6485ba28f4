import { parseArgs } from 'node:util'
import { nearest } from '@/cli/nearest.js'
import { UsageError } from '@/cli/usageError.js'
import { wordsOf } from '@/errors.js'

/** One option of a command, for the parser and for `--help`. */
export interface Option {
  readonly type: 'string' | 'boolean'
  /** What the value is called in the help, such as `BYTES`. */
  readonly value?: string
  readonly help: string
  /** It may be given several times; its value is a list. */
  readonly multiple?: boolean
}
export type Options = Readonly<Record<string, Option>>

/** What every command understands; `dispatch` answers it before the command runs. */
export const HELP = { help: { type: 'boolean', help: 'shows this' } } as const satisfies Options

interface Config<Known extends Options> {
  args: string[]
  options: Known
  allowPositionals: true
  strict: true
}

/** The values of the options by their names, and what is no option. */
export type Arguments<Known extends Options> = ReturnType<typeof parseArgs<Config<Known>>>

/**
 * Reads the arguments of a command.
 * @param most how many arguments there may be that are no options
 * @throws UsageError with a hint for whatever does not fit
 */
export const readArguments = <const Known extends Options>(
  args: readonly string[],
  known: Known,
  most: number,
): Arguments<Known> => {
  try {
    const config: Config<Known> = { args: [...args], options: known, allowPositionals: true, strict: true }
    const parsed = parseArgs(config)
    const extra = parsed.positionals[most]
    if (extra !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(extra)}`)
    return parsed
  } catch (error) {
    throw error instanceof UsageError ? error : explained(error, Object.keys(known), args)
  }
}

const explained = (error: unknown, known: readonly string[], args: readonly string[]): UsageError => {
  const message = wordsOf(error)
  const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1]
  if (unknown === undefined) return ambiguous(message, args) ?? new UsageError(message.split(/[.\n]/, 1)[0] ?? message)
  if (/^-\d/.test(unknown))
    return new UsageError(`unknown option ${unknown}`, 'put -- before arguments that begin with a -')
  const meant = nearest(unknown.replace(/^-+/, ''), known)
  return new UsageError(`unknown option ${unknown}`, meant === undefined ? undefined : `did you mean --${meant}?`)
}

/** What stands behind an option that wants a value looks like another option. */
const ambiguous = (message: string, args: readonly string[]): UsageError | undefined => {
  const option = /^Option '(--[^']*)' argument is ambiguous/.exec(message)?.[1]
  const at = args.findIndex((arg, index) => arg === option && args[index + 1]?.startsWith('-') === true)
  const value = args[at + 1]
  if (option === undefined || value === undefined) return undefined
  return new UsageError(`${option} wants a value`, `if ${value} is that, write ${option}=${value}`)
}

/** A whole number from `min` to `max`. @throws UsageError */
export const numberFrom = (text: string, option: string, min: number, max: number): number => {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  throw new UsageError(`${option} wants a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`)
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1_024, M: 1_048_576, G: 1_073_741_824 }

/** A number of bytes, such as `500`, `64K`, `8M` or `1G`, in powers of 1,024. @throws UsageError */
export const bytesFrom = (text: string, option: string, min: number, max: number): number => {
  const [, digits = '', unit = ''] = /^(\d+)(?:([KMG])(?:iB)?)?$/i.exec(text) ?? []
  const bytes = digits === '' ? Number.NaN : Number(digits) * (UNITS[unit.toUpperCase()] ?? Number.NaN)
  if (bytes >= min && bytes <= max) return bytes
  throw new UsageError(
    `${option} wants a number of bytes from ${min} to ${max}, not ${JSON.stringify(text)}`,
    'such as 500, 64K or 8M',
  )
}

/** One of the names. @throws UsageError */
export const oneOf = <const Name extends string>(text: string, option: string, names: readonly Name[]): Name => {
  const found = names.find((name) => name === text)
  if (found !== undefined) return found
  throw new UsageError(`${option} wants one of ${names.join(', ')}, not ${JSON.stringify(text)}`)
}

/** The argument at `index`. @throws UsageError when it is missing */
export const needed = (positionals: readonly string[], index: number, what: string): string => {
  const value = positionals[index]
  if (value === undefined) throw new UsageError(`${what} is missing`)
  return value
}
