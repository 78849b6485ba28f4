import type { Io } from '@/cli/io.js'

/** One thing the program can do. */
export interface Command {
  /** As it is typed; two words for the member of a family. */
  readonly name: string
  /** One line for the list of all commands. */
  readonly summary: string
  /** The whole of what `--help` prints. */
  readonly help: string
  /** Absent from the list; started by other commands only. */
  readonly hidden?: boolean
  /**
   * @param args what stands behind the name
   * @returns the exit code, 0 when all went well
   * @throws UsageError, or what went wrong
   */
  run(args: readonly string[], io: Io): Promise<number>
}
