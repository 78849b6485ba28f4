import type { Options } from '@/cli/arguments.js'
import type { Io } from '@/cli/io.js'

/** What is told of a command in the list of all. The rest of it, and all that it needs, is loaded when it is asked for. */
export interface Listed {
  /** As it is typed; two words for the member of a family. */
  readonly name: string
  /** One line, for the list of all commands and for its help; it begins small and ends without a full stop. */
  readonly summary: string
  /** Absent from the list; started by other commands only. */
  readonly hidden?: boolean
  readonly load: () => Promise<Command>
}

/** One thing the program can do. */
export interface Command {
  /** What stands behind the name, if anything may, such as `HOST:PORT [options]`. */
  readonly usage?: string
  readonly options: Options
  /** Paragraphs of at most 78 columns. */
  readonly notes?: readonly string[]
  /** Lines that can be typed as they stand behind `framewright`, each with what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[]
  /**
   * @param args what stands behind the name
   * @returns the exit code, 0 when all went well
   * @throws UsageError, or what went wrong
   */
  run(args: readonly string[], io: Io): Promise<number>
}
