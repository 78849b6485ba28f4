import type { Options } from '@/cli/arguments.js'
import type { Io } from '@/cli/io.js'
import type { Report } from '@/cli/report.js'
import { stopped } from '@/cli/stopped.js'
import { type Listening, TurnedAway } from '@/cli/turnedAway.js'
import type { DrainReport } from '@/core/index.js'

/**
 * Resolves when the command has been told to stop, the server has finished what it had begun, and that is told. Until
 * then it tells who comes in vain.
 * @param server one that listens
 * @param options those of the command
 */
export const drained = async (
  server: Listening & { drain(): Promise<DrainReport> },
  io: Io,
  report: Report,
  options: Options,
): Promise<void> => {
  const turnedAway = new TurnedAway(server, io, report, options)
  await stopped(io.stop)
  const { finished, refused, cut } = await server.drain()
  turnedAway.end()
  report.tell('drained', { finished, refused, cut }, `stopped: ${finished} finished, ${refused} refused, ${cut} cut`)
}
