import { checkSignal, type CloseOptions } from '@/core/abort.js'
import type { Clock } from '@/core/clock.js'
import type { PluginLike } from '@/core/plugin.js'
import { TransportError } from '@/errors.js'
import type { FramingFactory } from '@/framings/framing.js'

/** How messages become bytes: by name, or by a framing of one's own. */
export type FramingChoice = 'handshake' | 'length' | 'line' | 'json' | FramingFactory

/** The numbers of one connection. All have a default, and every one of them bounds something. */
export interface ConnectionLimits {
  /** Largest message held in memory. 1 to 4_043_309_055 bytes. @default 8_388_608 (8 MiB) */
  readonly maxMessageBytes?: number
  /** Largest message accepted until `preLoop` is done; larger ones wait for their answer. 1 to 4_043_309_055 bytes. @default 65_536 */
  readonly maxFirstMessageBytes?: number
  /** Largest message handed to an overridden `transmissionStream`. 1 to 4_043_309_055 bytes. @default 4_043_309_055 */
  readonly maxStreamBytes?: number
  /** Messages received that may wait for their hook. 1 to 1_000_000. @default 1_024 */
  readonly maxInboxMessages?: number
  /** Their bytes; one message may always wait. 1 to 2^40 bytes. @default 8_388_608 (8 MiB) */
  readonly maxInboxBytes?: number
  /** Messages that may wait to leave. 1 to 10_000_000. @default 65_536 */
  readonly maxOutboxMessages?: number
  /** Their bytes; one message may always wait. 1 to 2^40 bytes. @default 16_777_216 (16 MiB) */
  readonly maxOutboxBytes?: number
  /** Bytes the socket is given before it has passed on earlier ones. 1 to 2^30 bytes. @default 524_288 (512 KiB) */
  readonly highWaterMarkBytes?: number
  /** From the first contact until the opening handshake is done. 0 waits for ever. @default 5_000 */
  readonly openingTimeoutMs?: number
  /** A started message must be whole within this time and what `slowestBytesPerSecond` adds. 0 waits for ever. @default 30_000 */
  readonly messageTimeoutMs?: number
  /** The slowest pace at which a large message may arrive. 1 to 2^40. @default 65_536 */
  readonly slowestBytesPerSecond?: number
  /** An announced length must be answered within this time. 0 waits for ever. @default 30_000 */
  readonly answerTimeoutMs?: number
  /** Silence of the other end after which we give up. 0 waits for ever. @default 600_000 (10 min) */
  readonly idleTimeoutMs?: number
  /** Silence after which the system asks on TCP whether the other host is still there. 0 never asks; 0 to 2^31-1. @default 60_000 */
  readonly keepAliveMs?: number
  /** An empty message is sent after this much silence of ours, and empty messages received are swallowed. 0 is off. @default 0 */
  readonly heartbeatMs?: number
  /** What `close()` gives the messages that wait to leave. 1 to 2^31-1. @default 5_000 */
  readonly closeTimeoutMs?: number
  /** After our end of the stream, the other end has this long to end too; then the socket is destroyed. @default 1_000 */
  readonly lingerMs?: number
  /** How often an overridden `loopPass` runs while nothing happens. 1 to 2^31-1. @default 30 */
  readonly tickMs?: number
}

/** How a connection behaves. Given to a connection, or to a server or client for all of theirs. */
export interface ConnectionOptions extends ConnectionLimits {
  /** @default 'handshake' */
  readonly framing?: FramingChoice
  /**
   * Payloads follow their lengths without waiting for the answer. A number is the window: bytes that may be under
   * way unanswered, 1_024 to 2^30; `true` means 4_194_304 (4 MiB). @default false (strict)
   */
  readonly pipeline?: boolean | number
  /** Applied to each message, in order out and in reverse order in. @default [] */
  readonly plugins?: readonly PluginLike[]
  /** The time; for specs. @default the system's */
  readonly clock?: Clock
}

const MAX_MS = 2 ** 31 - 1
const MAX_LENGTH = 0xf0ff_ffff
/** The window unless another is given: three messages of 1 MiB, so that neither end waits for the other all the time. */
export const WINDOW_BYTES = 4_194_304

/** The default of a number, and its least and greatest value. */
export type Range = readonly [fallback: number, min: number, max: number]

/** Defaults and ranges of the numbers above; this table is also what checks them, and what the manual prints. */
export const CONNECTION_RANGES: Readonly<Record<keyof ConnectionLimits, Range>> = {
  maxMessageBytes: [8_388_608, 1, MAX_LENGTH],
  maxFirstMessageBytes: [65_536, 1, MAX_LENGTH],
  maxStreamBytes: [MAX_LENGTH, 1, MAX_LENGTH],
  maxInboxMessages: [1_024, 1, 1_000_000],
  maxInboxBytes: [8_388_608, 1, 2 ** 40],
  maxOutboxMessages: [65_536, 1, 10_000_000],
  maxOutboxBytes: [16_777_216, 1, 2 ** 40],
  highWaterMarkBytes: [524_288, 1, 2 ** 30],
  openingTimeoutMs: [5_000, 0, MAX_MS],
  messageTimeoutMs: [30_000, 0, MAX_MS],
  slowestBytesPerSecond: [65_536, 1, 2 ** 40],
  answerTimeoutMs: [30_000, 0, MAX_MS],
  idleTimeoutMs: [600_000, 0, MAX_MS],
  keepAliveMs: [60_000, 0, MAX_MS],
  heartbeatMs: [0, 0, MAX_MS],
  closeTimeoutMs: [5_000, 1, MAX_MS],
  lingerMs: [1_000, 1, MAX_MS],
  tickMs: [30, 1, MAX_MS],
}

/** Numbers that have been checked, with every default filled in. */
export type Checked<Limits> = Readonly<Required<Limits>>

/**
 * Fills in the defaults of `ranges` and checks what was given against them.
 * @throws TransportError OPTION_INVALID naming the option, what was given and the range
 */
export const checkRanges = <Limits extends object>(
  given: Partial<Readonly<Record<keyof Limits, unknown>>>,
  ranges: Readonly<Record<keyof Limits, Range>>,
): Record<keyof Limits, number> => {
  const checked: Partial<Record<keyof Limits, number>> = {}
  for (const option in ranges) {
    const [fallback, min, max] = ranges[option]
    const value = given[option] ?? fallback
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      throw new TransportError('OPTION_INVALID', { option, given: String(value), min, max })
    }
    checked[option] = value
  }
  if (!isFilled(checked, ranges)) throw new TransportError('OPTION_INVALID', { option: 'ranges' })
  return checked
}

const isFilled = <Name extends string | number | symbol>(
  checked: Partial<Record<Name, number>>,
  ranges: Readonly<Record<Name, Range>>,
): checked is Record<Name, number> => Object.keys(ranges).every((name) => name in checked)

/** Everything a connection needs to know, checked once and shared by all connections of a server or client. */
export interface Settings extends Checked<ConnectionLimits> {
  readonly framing: FramingChoice
  readonly windowBytes: number
  readonly plugins: readonly PluginLike[]
}

/** @throws TransportError OPTION_INVALID */
export const settingsOf = (options: ConnectionOptions): Settings => {
  const limits = checkRanges<ConnectionLimits>(options, CONNECTION_RANGES)
  return {
    ...limits,
    framing: checkFraming(options.framing ?? 'handshake'),
    windowBytes: windowOf(options.pipeline ?? false),
    plugins: [...checkList('plugins', options.plugins ?? [])],
  }
}

/** A list as it was given. @throws TransportError OPTION_INVALID for one thing alone, of which a text would be taken letter by letter */
export const checkList = <Item>(option: string, given: readonly Item[]): readonly Item[] => {
  if (Array.isArray(given)) return given
  throw new TransportError('OPTION_INVALID', { option, given: typeof given, expected: 'a list' })
}

/** The same settings with what is given in place of theirs. @throws TransportError OPTION_INVALID */
export const overridden = (settings: Settings, options: ConnectionOptions): Settings =>
  settingsOf({ ...settings, pipeline: settings.windowBytes === 0 ? false : settings.windowBytes, ...options })

/**
 * The deadline given to a call that ends something, or the usual one.
 * @throws TransportError OPTION_INVALID unless it is 0 to 2^31-1 ms, and the signal, if there is one, a signal
 */
export const deadlineOf = (options: CloseOptions | undefined, usualMs: number): number => {
  checkSignal(options?.signal)
  return checkRanges<{ deadlineMs: number }>(options ?? {}, { deadlineMs: [usualMs, 0, MAX_MS] }).deadlineMs
}

const windowOf = (pipeline: unknown): number => {
  if (typeof pipeline === 'boolean') return pipeline ? WINDOW_BYTES : 0
  return checkRanges<{ pipeline: number }>({ pipeline }, { pipeline: [WINDOW_BYTES, 1_024, 2 ** 30] }).pipeline
}

const FRAMINGS: readonly unknown[] = ['handshake', 'length', 'line', 'json']

const checkFraming = (framing: FramingChoice): FramingChoice => {
  if (typeof framing === 'function' || FRAMINGS.includes(framing)) return framing
  throw new TransportError('OPTION_INVALID', { option: 'framing', given: framing, one: FRAMINGS.join(', ') })
}
