import { HELP, type Options } from '@/cli/arguments.js'
import type { Io } from '@/cli/io.js'
import { paintFor } from '@/cli/paint.js'
import { StatusLine } from '@/cli/statusLine.js'
import { type Experiment, type ExperimentReport, runExperiment, type ReportStyle } from '@/lab/index.js'

/** Options of everything that runs experiments. */
export const RUN_OPTIONS = {
  quick: { type: 'boolean', help: 'fewer rounds: sooner done, less exact' },
  json: { type: 'boolean', help: 'one object a line instead of text and pictures' },
  ...HELP,
} as const satisfies Options

const QUICK_EFFORT = 0.2
const MOST_COLUMNS = 100

/** Runs one, and says on a terminal what it is at. @throws TransportError ABORTED when the program is to stop */
export const runOne = async (experiment: Experiment, io: Io, quick: boolean): Promise<ExperimentReport> => {
  const line = new StatusLine(io.stderr)
  const progress = (doing: string, share?: number): void => {
    const percent = share === undefined ? '' : `  ${Math.floor(share * 100)} %`
    line.update((passedMs, columns) =>
      `${experiment.name}: ${doing}${percent}  ${(passedMs / 1_000).toFixed(0)} s`.slice(0, columns - 1),
    )
  }
  try {
    return await runExperiment(experiment, { signal: io.stop, effort: quick ? QUICK_EFFORT : 1, progress })
  } finally {
    line.end()
  }
}

/** As wide as the terminal, but no wider than is good to read. */
export const reportStyle = ({ stdout, environment }: Io): ReportStyle => ({
  paint: paintFor(stdout, environment),
  columns: Math.min(MOST_COLUMNS, stdout.columns ?? MOST_COLUMNS),
})
