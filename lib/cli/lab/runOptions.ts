import { HELP, type Options } from '@/cli/arguments.js'
import type { Io } from '@/cli/io.js'
import { OutFile } from '@/cli/outFile.js'
import { paintFor } from '@/cli/paint.js'
import { StatusLine } from '@/cli/statusLine.js'
import { version } from '@/cli/version.js'
import { type Experiment, type ExperimentReport, runExperiment, type ReportStyle } from '@/lab/index.js'
import type { Fact } from '@/pages/index.js'

/** Options of everything that runs experiments. */
export const RUN_OPTIONS = {
  quick: { type: 'boolean', help: 'fewer rounds: sooner done, less exact' },
  html: { type: 'string', value: 'FILE', help: 'writes a page with charts, too, which opens without a network' },
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
  const [node = 'node'] = io.self
  try {
    return await runExperiment(experiment, { signal: io.stop, effort: quick ? QUICK_EFFORT : 1, progress, node })
  } finally {
    line.end()
  }
}

/** As wide as the terminal, but no wider than is good to read. */
export const reportStyle = ({ stdout, environment }: Io): ReportStyle => ({
  paint: paintFor(stdout, environment),
  columns: Math.min(MOST_COLUMNS, stdout.columns ?? MOST_COLUMNS),
})

/** What must be known to read the numbers. */
export const machineFacts = async (quick: boolean): Promise<readonly Fact[]> => [
  ['Node.js', process.version],
  ['system', `${process.platform} ${process.arch}`],
  ['framewright', await version()],
  ['effort', quick ? 'quick' : 'whole'],
]

/**
 * Runs what makes a page, with the file for it open from the beginning, so that it is known at once if there is none.
 * Until the page is whole, what had the name before stays.
 * @param path undefined for no page
 * @throws TransportError FILE_FAILED; and what `run` throws
 */
export const withPageFile = async (
  path: string | undefined,
  run: () => Promise<{ readonly page: () => Promise<string> | string; readonly code: number }>,
): Promise<number> => {
  await using file = path === undefined ? undefined : await OutFile.open(path)
  const { page, code } = await run()
  if (file !== undefined) {
    await file.write(Buffer.from(await page()))
    await file.keep()
  }
  return code
}
