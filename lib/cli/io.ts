import type { Readable } from 'node:stream'

/** Where a command writes text. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Where a command reads from; a terminal can be told to show nothing of what is typed. */
export interface Input extends Readable {
  readonly isTTY?: boolean
  setRawMode?(on: boolean): unknown
}

/** What a command may use of the world around it; specs hand in a world of their own. */
export interface Io {
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  /**
   * Fires when somebody wants this program to stop: SIGINT, SIGTERM, or `EPIPE` when nobody reads its output any more;
   * and with an error when its output cannot be written.
   */
  readonly stop: AbortSignal
  /** Resolves when what was written to `stdout` has left. @throws TransportError FILE_FAILED when it could not be written */
  flush(): Promise<void>
  /** Looked at for `NO_COLOR`, for passwords and secrets, and for how npm has started this, only. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What starts this program once more, without its arguments; the first is the executable. */
  readonly self: readonly string[]
}
