import { EXPERIMENTS, type ExperimentReport, runExperiment } from '@/lab/index.js'

/** One for each kind of figure, and all of them soon done. */
const SHOWN = ['many-reads', 'partial-write', 'collision', 'event-loop-stall']

let reports: Promise<readonly ExperimentReport[]> | undefined

/** What came of some experiments that were really run, once for all specs that look at their pages. */
export const experimentReports = (): Promise<readonly ExperimentReport[]> => {
  reports ??= runAll()
  return reports
}

const runAll = async (): Promise<readonly ExperimentReport[]> => {
  const all: ExperimentReport[] = []
  for (const experiment of EXPERIMENTS)
    if (SHOWN.includes(experiment.name)) all.push(await runExperiment(experiment, { effort: 0.1 }))
  return all
}
