import { expect } from 'chai'
import type { Experiment, ExperimentReport, Finding } from '@/lab/index.js'
import { runExperiment } from '@/lab/index.js'

/** What came of one run, with its findings by their names in the order of the prediction. */
export interface Found {
  readonly report: ExperimentReport
  /** The number that was measured. Fails when there is none. */
  readonly number: (what: string) => number
  readonly finding: (what: string) => Finding
}

/** Runs an experiment with a small effort, on real sockets. @param effort 0.01 to 1 */
export const reportOf = async (experiment: Experiment, effort = 0.1): Promise<Found> => {
  const report = await runExperiment(experiment, { effort, node: process.execPath })
  const finding = (what: string): Finding => {
    const found = report.findings.find((one) => one.what.includes(what))
    if (found === undefined) return expect.fail(`${experiment.name} finds nothing about "${what}"`)
    return found
  }
  const number = (what: string): number => {
    const { value, measured } = finding(what)
    return value ?? expect.fail(`"${what}" is no number but ${measured}`)
  }
  return { report, finding, number }
}
