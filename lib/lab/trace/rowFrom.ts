import type { WireKind } from '@/lab/decoders/decoder.js'
import { MOST_STRETCHES } from '@/lab/trace/meaningOf.js'
import type { NoteKind, Spot } from '@/lab/trace/traceEvent.js'
import type { RowStretch, TraceRow } from '@/lab/trace/traceRow.js'

const KINDS: Readonly<Record<WireKind, true>> = {
  opening: true,
  length: true,
  answer: true,
  payload: true,
  delimiter: true,
  bytes: true,
}
const NOTES: Readonly<Record<NoteKind, true>> = {
  partial: true,
  withheld: true,
  drain: true,
  timeout: true,
  limit: true,
  collision: true,
  error: true,
  fault: true,
  ending: true,
}
const SPOTS: Readonly<Record<Spot, true>> = { opener: true, acceptor: true, between: true }
const ENDS = { opener: true, acceptor: true } as const
const CROSSINGS = { bytes: true, end: true, reset: true } as const
/** What a terminal would act on, or what would turn round the text beside it. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu
/** Of the first 64 bytes. */
const MAX_HEX = 128

/**
 * A row of a timeline out of JSON that somebody has kept. Nothing in it is trusted: what has the name of a row and is none
 * throws.
 * @param wholeBytes keeps all the digits of bytes that are there; otherwise those of the first 64
 * @returns undefined for an object that is something else, such as the last line of `framewright trace --json`
 * @throws TypeError saying what does not fit
 */
export const rowFrom = (value: unknown, wholeBytes = false): TraceRow | undefined => {
  const fields = new Fields(value)
  const event = fields.get('event')
  if (event !== 'open' && event !== 'said' && event !== 'found' && event !== 'note' && event !== 'close')
    return undefined
  const stamp = { conversation: fields.whole('conversation'), atMs: fields.ms('atMs') }
  switch (event) {
    case 'open': {
      const ends = { ...fields.optional('opener'), ...fields.optional('acceptor') }
      return { event, ...stamp, ...ends, dialect: fields.text('dialect') }
    }
    case 'said': {
      const times = { ...fields.optionalMs('sentMs'), ...fields.optionalMs('receivedMs') }
      const said = { from: fields.one('from', ENDS), what: fields.one('what', CROSSINGS), bytes: fields.whole('bytes') }
      const kinds = fields.list('kinds').map((kind) => oneOf('kinds', kind, KINDS))
      const stretches = fields.list('stretches').slice(0, MOST_STRETCHES).map(stretchFrom)
      return {
        event,
        ...stamp,
        ...said,
        hex: fields.hex(wholeBytes),
        meaning: fields.text('meaning'),
        kinds,
        stretches,
        ...times,
      }
    }
    case 'found':
      return { event, ...stamp, from: fields.one('from', ENDS), bytes: fields.whole('bytes') }
    case 'note':
      return {
        event,
        ...stamp,
        at: fields.one('at', SPOTS),
        about: fields.one('about', NOTES),
        words: fields.text('words'),
      }
    case 'close':
      return { event, ...stamp, at: fields.one('at', SPOTS), ...fields.optional('code'), words: fields.text('words') }
  }
}

const stretchFrom = (value: unknown): RowStretch => {
  const fields = new Fields(value)
  return { kind: fields.one('kind', KINDS), bytes: fields.whole('bytes'), meaning: fields.text('meaning') }
}

/** The fields of an object that came from elsewhere. */
class Fields {
  readonly #fields: ReadonlyMap<string, unknown>

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null) throw new TypeError('it is no object')
    this.#fields = new Map(Object.entries(value))
  }

  get(name: string): unknown {
    return this.#fields.get(name)
  }

  text(name: string): string {
    const value = this.get(name)
    if (typeof value !== 'string') throw new TypeError(`${name} is no text`)
    return value.replaceAll(UNSEEN, '·')
  }

  whole(name: string): number {
    const value = this.get(name)
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < 2 ** 32) return value
    throw new TypeError(`${name} is no whole number below 2^32`)
  }

  /** A time that can be told in microseconds. */
  ms(name: string): number {
    const value = this.get(name)
    if (typeof value === 'number' && Math.abs(value) < 1e12) return value
    throw new TypeError(`${name} is no time`)
  }

  one<Name extends string>(name: string, known: Readonly<Record<Name, true>>): Name {
    return oneOf(name, this.get(name), known)
  }

  list(name: string): readonly unknown[] {
    const value = this.get(name)
    if (Array.isArray(value)) return value
    throw new TypeError(`${name} is no list`)
  }

  /** The digits of the bytes that are shown; more of them may stand there. */
  hex(whole: boolean): string {
    const digits = this.text('hex').slice(0, whole ? undefined : MAX_HEX)
    if (/^(?:[0-9a-f]{2})*$/.test(digits)) return digits
    throw new TypeError('hex is no hex digits')
  }

  optional<Name extends string>(name: Name): Partial<Record<Name, string>> {
    const found: Partial<Record<Name, string>> = {}
    if (this.get(name) !== undefined) found[name] = this.text(name)
    return found
  }

  optionalMs<Name extends string>(name: Name): Partial<Record<Name, number>> {
    const found: Partial<Record<Name, number>> = {}
    if (this.get(name) !== undefined) found[name] = this.ms(name)
    return found
  }
}

const oneOf = <Name extends string>(name: string, value: unknown, known: Readonly<Record<Name, true>>): Name => {
  for (const one in known) if (one === value) return one
  throw new TypeError(`${name} is none of ${Object.keys(known).join(', ')}`)
}
