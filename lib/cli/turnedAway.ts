import type { Options } from '@/cli/arguments.js'
import { complain, failureLine } from '@/cli/failure.js'
import type { Io } from '@/cli/io.js'
import type { Report } from '@/cli/report.js'
import { channels, type ConnectionDetails, type EventOf } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/** So many are told of in a second: whoever knocks ever again must not fill a disk. */
const MOST_A_SECOND = 10

/** A server that tells who came to it in vain. */
export interface Listening {
  readonly addresses: readonly ConnectionDetails[]
}

/**
 * Tells who came in vain: there was no place, or the TLS handshake failed. People read it on stderr. Of a crowd only the
 * first are told of each second; how many more there were is told with the next, or in the end.
 */
export class TurnedAway {
  readonly #io: Io
  readonly #report: Report
  readonly #options: Options
  readonly #ports: ReadonlySet<string>
  readonly #hear = (event: unknown): void => {
    if (isTurnedAway(event) && this.#isOurs(event)) this.#heard(event)
  }
  #sinceMs = -Infinity
  #told = 0
  #more = 0

  /** @param server one that listens @param options those of the command, which advice may name */
  constructor(server: Listening, io: Io, report: Report, options: Options) {
    this.#io = io
    this.#report = report
    this.#options = options
    this.#ports = new Set(server.addresses.map(({ port }) => String(port)))
    channels.turnedAway.subscribe(this.#hear)
  }

  /** Hears no more, and tells how many there were of whom it has not told. */
  end(): void {
    channels.turnedAway.unsubscribe(this.#hear)
    if (this.#more > 0) this.#tell(null, null, 'and that was all')
  }

  #isOurs({ local }: EventOf<'turnedAway'>): boolean {
    return local === undefined || this.#ports.has(local.slice(local.lastIndexOf(':') + 1))
  }

  #heard({ atMs, remote, error }: EventOf<'turnedAway'>): void {
    if (atMs - this.#sinceMs >= 1_000) {
      this.#sinceMs = atMs
      this.#told = 0
    }
    if (this.#told === MOST_A_SECOND) {
      this.#more++
      return
    }
    this.#told++
    const cause = error instanceof TransportError ? error.code : null
    this.#tell(remote ?? null, cause, `${remote ?? 'somebody'} was turned away: ${this.#why(error)}`)
  }

  #why(error: Error | undefined): string {
    if (error !== undefined) return failureLine(error, this.#options)
    return this.#io.stop.aborted ? 'no more are taken' : 'there is no place; see --limit'
  }

  #tell(remote: string | null, cause: string | null, sentence: string): void {
    const more = this.#more
    this.#more = 0
    if (this.#report.json) this.#report.tell('turnedAway', { remote, cause, more })
    else complain(this.#io, more === 0 ? sentence : `${more} more were turned away; ${sentence}`)
  }
}

/** The core publishes nothing else on this channel. */
const isTurnedAway = (event: unknown): event is EventOf<'turnedAway'> =>
  typeof event === 'object' && event !== null && 'atMs' in event
