import type { Duplex } from 'node:stream'
import { type Cancel, checkRanges, type Clock, systemClock } from '@/core/index.js'
import { TransportError, wordsOf } from '@/errors.js'
import type { Role } from '@/framings/framing.js'
import type { Dialect } from '@/lab/decoders/decoder.js'
import { dialectNamed } from '@/lab/decoders/dialects.js'
import type { Fault } from '@/lab/faults/fault.js'
import { Lane } from '@/lab/relay/lane.js'
import type { RelayEvent } from '@/lab/relay/relayEvent.js'
import { resetStream } from '@/lab/relay/resetStream.js'

/** The numbers of a relay. */
export interface RelayLimits {
  /** Bytes held in each direction of a connection, beyond which no more is read. 1_024 to 2^30 bytes. @default 1_048_576 (1 MiB) */
  readonly maxHeldBytes?: number
  /** After an end that a fault or `close()` made, the two ends have this long to end too. 1 to 2^31-1. @default 1_000 */
  readonly lingerMs?: number
}

/** How a relay behaves. */
export interface RelayOptions extends RelayLimits {
  /** The bytes of either direction pass them in this order. @default [] */
  readonly faults?: readonly Fault[]
  /** How what passes is read along, by name or of one's own; faults that count frames need one that knows them. @default 'raw' */
  readonly dialect?: string | Dialect
  /** The same seed makes the same faults on the same bytes. A whole number. @default 0 */
  readonly seed?: number
  /** Which connection this is: those of one seed differ by it. @default 0 */
  readonly conversation?: number
  /** The time; for specs. @default the system's */
  readonly clock?: Clock
  /** Told of everything, in its order. A throw resets the connection. */
  readonly observe?: (event: RelayEvent) => void
}

/** Defaults and ranges. */
export const RELAY_RANGES = {
  maxHeldBytes: [1_048_576, 1_024, 2 ** 30],
  lingerMs: [1_000, 1, 2 ** 31 - 1],
} as const

/** @throws TransportError OPTION_INVALID for a fault that counts frames where nothing knows them, or answers where there are none */
export const checkFaults = (faults: readonly Fault[], dialect: Dialect): readonly Fault[] => {
  const blind = dialect.frames ? undefined : faults.find(({ framed }) => framed)
  const idle = dialect.answers === false ? faults.find(({ answered }) => answered === true) : undefined
  const unfit = blind ?? idle
  if (unfit === undefined) return [...faults]
  const problem = `${dialect.name} has no ${unfit === blind ? 'frames' : 'answers'}`
  throw new TransportError('OPTION_INVALID', { option: 'fault', given: unfit.name, problem })
}

/**
 * Stands between the two ends of a connection and hands on what each says to the other, past its faults. It owns both
 * streams. What happens to one end happens to the other: an end, a reset, and not being read.
 */
export class Relay {
  /** Resolves when both streams are gone, with the cause if a fault or who looks on threw. */
  readonly over: Promise<Error | undefined>
  readonly #ends: Readonly<Record<Role, Duplex>>
  readonly #lanes: Readonly<Record<Role, Lane>>
  readonly #clock: Clock
  readonly #lingerMs: number
  readonly #dialect: Dialect
  readonly #observe: (event: RelayEvent) => void
  #faults: readonly Fault[]
  #cause: Error | undefined
  #closing: Cancel | undefined

  /**
   * @param ends the streams that lead to the end that opened the connection and to the one that accepted it
   * @throws TransportError OPTION_INVALID; then the streams have not been touched
   */
  constructor(ends: Readonly<Record<Role, Duplex>>, options: RelayOptions = {}) {
    const limits = checkRanges<RelayLimits>(options, RELAY_RANGES)
    const { dialect = 'raw', seed = 0, conversation = 0 } = options
    checkWhole({ seed, conversation })
    this.#dialect = typeof dialect === 'string' ? dialectNamed(dialect) : dialect
    this.#faults = checkFaults(options.faults ?? [], this.#dialect)
    this.#ends = ends
    this.#clock = options.clock ?? systemClock
    this.#lingerMs = limits.lingerMs
    this.#observe = options.observe ?? (() => {})
    const owner = {
      clock: this.#clock,
      seed,
      conversation,
      maxHeldBytes: limits.maxHeldBytes,
      tell: (event: RelayEvent) => this.#tell(event),
      close: () => this.close(),
      reset: (arrivedMs?: number) => this.#reset(arrivedMs),
      fail: (hook: string, error: unknown) => this.#fail(hook, error),
    }
    this.over = Promise.all([closed(ends.opener), closed(ends.acceptor)]).then(() => this.#gone())
    const decoders = this.#dialect.decoders()
    const lane = (role: Role, from: Duplex, to: Duplex): Lane =>
      new Lane(owner, role, from, to, decoders[role], faultsOf(this.#faults, role))
    this.#lanes = {
      opener: lane('opener', ends.opener, ends.acceptor),
      acceptor: lane('acceptor', ends.acceptor, ends.opener),
    }
  }

  get faults(): readonly Fault[] {
    return this.#faults
  }

  /**
   * Other faults from now on. What those before hold goes on at once; the new ones count from here.
   * @throws TransportError OPTION_INVALID, and nothing changes
   */
  set faults(faults: readonly Fault[]) {
    this.#faults = checkFaults(faults, this.#dialect)
    for (const role of ['opener', 'acceptor'] as const) this.#lanes[role].change(faultsOf(this.#faults, role))
  }

  /** Ends both streams behind what has left; what still comes is thrown away. */
  close(): void {
    if (this.#closing !== undefined) return
    this.#closing = this.#clock.after(this.#lingerMs, () => this.#destroy())
    this.#stop()
    this.#lanes.opener.end()
    this.#lanes.acceptor.end()
  }

  /** Resets both ends. */
  reset(): void {
    this.#reset(undefined)
  }

  #reset(arrivedMs: number | undefined): void {
    this.#stop()
    this.#lanes.opener.reset(arrivedMs)
    this.#lanes.acceptor.reset(arrivedMs)
  }

  #stop(): void {
    this.#lanes.opener.stop()
    this.#lanes.acceptor.stop()
  }

  #destroy(): void {
    this.#ends.opener.destroy()
    this.#ends.acceptor.destroy()
  }

  #tell(event: RelayEvent): void {
    try {
      this.#observe(event)
    } catch (error) {
      this.#fail('observe', error)
    }
  }

  /** The ends get no word of it but the reset. */
  #fail(hook: string, error: unknown): void {
    if (this.#cause !== undefined) return
    this.#cause = new TransportError('HOOK_FAILED', { hook, says: wordsOf(error) }, { cause: error })
    for (const end of [this.#ends.opener, this.#ends.acceptor]) if (!end.destroyed) resetStream(end)
  }

  #gone(): Error | undefined {
    this.#closing?.()
    this.#stop()
    const cause = this.#cause
    this.#tell({ kind: 'closed', atMs: this.#clock.now(), ...(cause === undefined ? {} : { cause }) })
    return this.#cause
  }
}

const checkWhole = (numbers: Readonly<Record<string, number>>): void => {
  for (const [option, value] of Object.entries(numbers))
    if (!Number.isSafeInteger(value)) throw new TransportError('OPTION_INVALID', { option, given: String(value) })
}

const closed = (stream: Duplex): Promise<void> =>
  new Promise((resolve) => {
    if (stream.closed) resolve()
    else stream.once('close', () => resolve())
  })

const faultsOf = (faults: readonly Fault[], role: Role): readonly Fault[] =>
  faults.filter(({ way }) => way === undefined || (way === 'up') === (role === 'opener'))
