import type { Options } from '@/cli/arguments.js'

/** What `--help` says of one command, apart from its name. */
export interface Help {
  /** What follows `framewright`. */
  readonly usage: string
  /** What it does, in words that may begin in the middle of a sentence and end without a full stop. */
  readonly summary: string
  readonly options: Options
  /** Paragraphs of at most 78 columns. */
  readonly notes?: readonly string[]
  /** Lines that can be typed as they stand, each with what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[]
}

/** What `--help` prints. */
export const helpText = ({ usage, summary, options, notes = [], examples }: Help): string => {
  const rows = Object.entries(options).map(
    ([name, { value, help }]) => [`--${name}${value === undefined ? '' : ` ${value}`}`, help] as const,
  )
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    `framewright ${usage}`,
    '',
    `${capital(summary)}.`,
    '',
    'Options',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    ...notes.flatMap((note) => ['', note]),
    '',
    'Examples',
    ...examples.flatMap(([line, what]) => [`  framewright ${line}`, `      ${what}`]),
    '',
  ].join('\n')
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
