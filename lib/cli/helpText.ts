import type { Command, Listed } from '@/cli/command.js'

/** The whole of what `--help` prints. */
export const helpText = ({ name, summary }: Listed, { usage, options, notes = [], examples }: Command): string => {
  const rows = Object.entries(options).map(
    ([option, { value, help }]) => [`--${option}${value === undefined ? '' : ` ${value}`}`, help] as const,
  )
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    ['framewright', name, ...(usage === undefined ? [] : [usage])].join(' '),
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
