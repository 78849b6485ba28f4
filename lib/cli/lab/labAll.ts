import { type Options, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import { failureLine } from '@/cli/failure.js'
import type { Io } from '@/cli/io.js'
import { counted } from '@/cli/amounts.js'
import { machineFacts, reportStyle, RUN_OPTIONS, runOne, withPageFile } from '@/cli/lab/runOptions.js'
import { Report } from '@/cli/report.js'
import { type Experiment, type ExperimentReport, EXPERIMENTS, reportsPage, reportText } from '@/lab/index.js'

const OPTIONS = RUN_OPTIONS satisfies Options

const runner =
  (experiments: readonly Experiment[]) =>
  async (args: readonly string[], io: Io): Promise<number> => {
    const { values } = readArguments(args, OPTIONS, 0)
    const quick = values.quick === true
    return withPageFile(values.html, async () => {
      const { results, failed } = await runAll(experiments, io, quick, values.json === true)
      return { page: async () => reportsPage(results, await machineFacts(quick)), code: failed.length === 0 ? 0 : 1 }
    })
  }

/** @throws TransportError ABORTED when the program is to stop */
const runAll = async (
  experiments: readonly Experiment[],
  io: Io,
  quick: boolean,
  json: boolean,
): Promise<{ readonly results: readonly ExperimentReport[]; readonly failed: readonly string[] }> => {
  const report = new Report(io, json)
  const style = reportStyle(io)
  const results: ExperimentReport[] = []
  const failed: string[] = []
  for (const experiment of experiments) {
    try {
      const result = await runOne(experiment, io, quick)
      results.push(result)
      report.tell('experiment', { ...result }, reportText(result, style))
    } catch (error) {
      if (io.stop.aborted) throw error
      failed.push(experiment.name)
      const line = failureLine(error)
      report.tell('failed', { name: experiment.name, says: line }, `${experiment.name} could not be run: ${line}\n`)
    }
  }
  const differ = results.filter(({ verdict }) => verdict === 'differs').map(({ name }) => name)
  const told = [
    counted(results.length, 'experiment'),
    differ.length === 0 ? 'all as predicted' : `${differ.join(', ')} differed`,
    ...(failed.length === 0 ? [] : [`${failed.join(', ')} could not be run`]),
  ]
  report.tell('done', { experiments: results.length, differ, failed }, told.join('; '))
  return { results, failed }
}

/** @param experiments what it runs, in this order */
export const labAllOf = (experiments: readonly Experiment[]): Command => ({
  usage: '[options]',
  options: OPTIONS,
  notes: [
    'It takes about half a minute. One that cannot be run does not keep the others from\nrunning; then the exit code is 1. What differs from the prediction is no failure.',
    'With --json the lines are {"event":"experiment"}, as of "lab run", {"event":"failed",\n"name","says"} and {"event":"done","experiments","differ","failed"}.',
  ],
  examples: [
    ['lab all', 'everything there is to find out'],
    ['lab all --html lab.html', 'and as a page with charts'],
    ['lab all --quick', 'the same in less time'],
  ],
  run: runner(experiments),
})

export const labAll = labAllOf(EXPERIMENTS)
