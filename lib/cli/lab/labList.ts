import { HELP, type Options, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { paintFor } from '@/cli/paint.js'
import { Report } from '@/cli/report.js'
import { EXPERIMENTS } from '@/lab/index.js'

const OPTIONS = {
  json: { type: 'boolean', help: 'one object a line' },
  ...HELP,
} as const satisfies Options

const run = (args: readonly string[], io: Io): Promise<number> => {
  const { values } = readArguments(args, OPTIONS, 0)
  const report = new Report(io, values.json === true)
  const paint = paintFor(io.stdout, io.environment)
  for (const { name, question, lesson } of EXPERIMENTS)
    report.tell('experiment', { name, question, lesson }, `${paint('bold', name)}\n    ${question}`)
  return Promise.resolve(0)
}

export const labList: Command = {
  usage: '[options]',
  options: OPTIONS,
  examples: [
    ['lab list', 'what there is to find out'],
    ['lab run nagle', 'and finds one of it out'],
  ],
  run,
}
