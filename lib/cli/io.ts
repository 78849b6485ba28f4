import type { Readable } from 'node:stream'

/** Where a command writes text. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** What a command may use of the world around it; specs hand in a world of their own. */
export interface Io {
  readonly stdin: Readable
  readonly stdout: Output
  readonly stderr: Output
  /** Fires when somebody wants this program to stop: SIGINT, SIGTERM, or nobody reads its output any more. */
  readonly stop: AbortSignal
  /** Looked at for `NO_COLOR` only. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What starts this program once more, without its arguments; the first is the executable. */
  readonly self: readonly string[]
}
