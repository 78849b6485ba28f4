import type { Arrivals } from '@/bench/arrivals.js'
import type { Messages } from '@/bench/messages.js'

/** The receiving end of a contender, in the process that listens. */
export interface Serving {
  readonly port: number
  /** Connections that are ready for messages. */
  readonly openConnections: number
  close(): Promise<void>
}

/** The sending end of a contender, in the process that connected. */
export interface Sending {
  /**
   * Sends them all, in order, in whatever way suits the contender best. A message may be overwritten as soon as
   * `messages.ahead` later ones have been asked for, so it must have been copied or have left by then. Resolves when
   * nothing is left to do at this end; that everything has arrived is seen at the other.
   */
  send(messages: Messages): Promise<void>
  close(): Promise<void>
}

/** One way to bring messages from one process to another: what a benchmark compares. */
export interface Contender {
  readonly name: string
  /** `import.meta.url` of the file that exports it; both processes load it from there. */
  readonly module: string
  /** What an idle client sends to be taken in, and receives when it has been. */
  readonly greeting?: readonly number[]
  /** Packages that it imports, in `serve` and `connect` only. Where one is not installed, the contender is left out. */
  readonly needs?: readonly string[]
  /** Listens at a free port of 127.0.0.1 and tells `arrivals` of everything that comes. */
  serve(arrivals: Arrivals): Promise<Serving>
  connect(port: number): Promise<Sending>
}
