import { needed, type Options, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { machineFacts, reportStyle, RUN_OPTIONS, runOne, withPageFile } from '@/cli/lab/runOptions.js'
import { nearest } from '@/cli/nearest.js'
import { Report } from '@/cli/report.js'
import { UsageError } from '@/cli/usageError.js'
import { type Experiment, EXPERIMENTS, reportPage, reportText } from '@/lab/index.js'

const OPTIONS = RUN_OPTIONS satisfies Options

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, 1)
  const experiment = experimentNamed(needed(positionals, 0, 'NAME'))
  const quick = values.quick === true
  return withPageFile(values.html, async () => {
    const result = await runOne(experiment, io, quick)
    const text = reportText(result, reportStyle(io)).trimEnd()
    new Report(io, values.json === true).tell('experiment', { ...result }, text)
    return { page: async () => reportPage(result, await machineFacts(quick)), code: 0 }
  })
}

/** @throws UsageError */
const experimentNamed = (name: string): Experiment => {
  const found = EXPERIMENTS.find((experiment) => experiment.name === name)
  if (found !== undefined) return found
  const meant = nearest(
    name,
    EXPERIMENTS.map((experiment) => experiment.name),
  )
  const hint = meant === undefined ? 'see framewright lab list' : `did you mean "${meant}"?`
  throw new UsageError(`there is no experiment ${JSON.stringify(name)}`, hint)
}

export const labRun: Command = {
  usage: 'NAME [options]',
  options: OPTIONS,
  notes: [
    'An experiment asks a question about sockets, foretells the answer with numbers,\ntries it on the loopback interface of this machine within seconds, and shows both,\na picture, and what to do about it in a program of your own.',
    'With --json the line is {"event":"experiment","name","question","lesson",\n"verdict","tookMs","findings","figures","remarks","advice"}.',
  ],
  examples: [
    ['lab run nagle', 'why 23 messages a second'],
    ['lab run partial-write --html partial-write.html', 'and as a page with charts'],
    ['lab run many-reads --json', 'the same for a program to read'],
  ],
  run,
}
