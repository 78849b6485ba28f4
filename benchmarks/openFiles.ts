import type { Plan } from 'framewright/bench'

/** Files that a process needs beside its connections. */
const OTHER_FILES = 100

/** As many connections as are wanted, or as a process may have; then a note says so. */
export const connectionsOf = (wanted: number, plan: Plan): number => {
  const limit = openFilesLimit()
  const connections = Math.max(1, Math.min(wanted, limit - OTHER_FILES))
  if (connections < wanted)
    plan.note(
      `only ${connections} connections instead of ${wanted}: a process may open ${limit} files here; \`ulimit -n ${wanted + OTHER_FILES}\` asks for more`,
    )
  return connections
}

const openFilesLimit = (): number => {
  const report: unknown = process.report?.getReport()
  const soft = softLimitIn(report)
  return soft ?? Number.POSITIVE_INFINITY
}

const softLimitIn = (report: unknown): number | undefined => {
  if (typeof report !== 'object' || report === null || !('userLimits' in report)) return undefined
  const limits = report.userLimits
  if (typeof limits !== 'object' || limits === null || !('open_files' in limits)) return undefined
  const files = limits.open_files
  if (typeof files !== 'object' || files === null || !('soft' in files)) return undefined
  return typeof files.soft === 'number' ? files.soft : undefined
}
