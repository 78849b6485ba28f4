import type { Io } from '@/cli/io.js'
import type { Report } from '@/cli/report.js'
import { stopped } from '@/cli/stopped.js'
import type { DrainReport } from '@/core/index.js'

/** Resolves when the command has been told to stop, the server has finished what it had begun, and that is told. */
export const drained = async (server: { drain(): Promise<DrainReport> }, io: Io, report: Report): Promise<void> => {
  await stopped(io.stop)
  const { finished, refused, cut } = await server.drain()
  report.tell('drained', { finished, refused, cut }, `stopped: ${finished} finished, ${refused} refused, ${cut} cut`)
}
