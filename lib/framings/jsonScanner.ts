import { TransportError } from '@/errors.js'
import { looksLike } from '@/framings/looksLike.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** So far a string is looked at byte by byte before its end is searched natively: for short ones that call costs more. */
const NEAR_BYTES = 24

/** What a byte of an object or an array does, outside its strings. */
const PLAIN = 0
const STRING = 1
const OPEN = 2
const CLOSE = 3
const EFFECT = new Uint8Array(256)
EFFECT[QUOTE] = STRING
for (const byte of Buffer.from('{[')) EFFECT[byte] = OPEN
for (const byte of Buffer.from('}]')) EFFECT[byte] = CLOSE
/** From an opening bracket to its closing one; it is the same for both kinds. */
const CLOSING_DISTANCE = 2

/** How far a number has got. */
type Place = 'minus' | 'zero' | 'whole' | 'point' | 'fraction' | 'e' | 'sign' | 'exponent'
const MAY_END: Readonly<Record<Place, boolean>> = {
  minus: false,
  zero: true,
  whole: true,
  point: false,
  fraction: true,
  e: false,
  sign: false,
  exponent: true,
}
const WORDS = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')]

type State =
  | { readonly in: 'nothing' }
  /** An object, an array or a string. */
  | { readonly in: 'structure' }
  | { readonly in: 'number'; readonly place: Place }
  | { readonly in: 'word'; readonly word: Buffer; readonly have: number }

const NOTHING: State = { in: 'nothing' }
const STRUCTURE: State = { in: 'structure' }

/**
 * Finds where JSON values end, however they are cut into chunks, and looks at each byte once. It checks no more than
 * that takes: brackets match, nesting stays within `maxDepth`, and numbers and words outside of all brackets are whole.
 */
export class JsonScanner {
  readonly #maxDepth: number
  #state: State = NOTHING
  /** The opening brackets of the levels that are open. */
  readonly #brackets: Uint8Array
  #depth = 0
  #inString = false
  /** The next byte of the string is escaped. */
  #escaped = false
  #passedBytes = 0

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth
    this.#brackets = new Uint8Array(maxDepth)
  }

  /** A value has begun and not ended. */
  get inside(): boolean {
    return this.#state !== NOTHING
  }

  /** The value that has begun may end here: so it is with a number, whose end only the next byte would show. */
  get mayEnd(): boolean {
    return this.#state.in === 'number' && MAY_END[this.#state.place]
  }

  /** A chunk has been gone through, so that the offsets in errors go on behind it. */
  pass(bytes: number): void {
    this.#passedBytes += bytes
  }

  /** From here on it is as new. */
  reset(): void {
    this.#state = NOTHING
    this.#depth = this.#passedBytes = 0
    this.#inString = this.#escaped = false
  }

  /**
   * Goes on with the value that has begun, or begins one, at `at`, where a byte must be.
   * @returns where the value ends, or -1 when the chunk ends first
   * @throws TransportError FRAME_MALFORMED; it is of no use then until `reset`
   */
  scan(chunk: Buffer, at: number): number {
    const state = this.#state
    const end = this.#resume(state, chunk, at)
    if (end >= 0 && state !== NOTHING) this.#state = NOTHING
    return end
  }

  #resume(state: State, chunk: Buffer, at: number): number {
    switch (state.in) {
      case 'nothing':
        return this.#begin(chunk, at)
      case 'structure':
        return this.#inString ? this.#stringThenStructure(chunk, at) : this.#structure(chunk, at)
      case 'number':
        return this.#number(chunk, at, state.place)
      case 'word':
        return this.#word(chunk, at, state.word, state.have)
    }
  }

  #begin(chunk: Buffer, at: number): number {
    const first = chunk[at] ?? 0
    if (EFFECT[first] === OPEN || first === QUOTE) return this.#structure(chunk, at)
    if (first === 0x2d) return this.#number(chunk, at + 1, 'minus')
    if (isDigit(first)) return this.#number(chunk, at + 1, first === 0x30 ? 'zero' : 'whole')
    for (const word of WORDS) if (word[0] === first) return this.#word(chunk, at + 1, word, 1)
    throw this.#malformed(chunk, at, 'no JSON value begins like this')
  }

  #stringThenStructure(chunk: Buffer, at: number): number {
    const behind = this.#stringEnd(chunk, at)
    if (behind < 0) return -1
    this.#inString = false
    return this.#depth === 0 ? behind : this.#structure(chunk, behind)
  }

  #structure(chunk: Buffer, from: number): number {
    const length = chunk.length
    const brackets = this.#brackets
    let depth = this.#depth
    let at = from
    for (;;) {
      let byte = 0
      let effect = PLAIN
      while (at < length) {
        byte = chunk[at] ?? 0
        effect = EFFECT[byte] ?? PLAIN
        if (effect !== PLAIN) break
        at++
      }
      if (at === length) break
      at++
      if (effect === STRING) {
        // Most strings are short and without escapes: a call for each would cost as much as a few of their bytes.
        const near = Math.min(length, at + NEAR_BYTES)
        while (at < near && chunk[at] !== QUOTE && chunk[at] !== BACKSLASH) at++
        if (at < near && chunk[at] === QUOTE) at++
        else at = this.#stringEnd(chunk, at)
        if (at < 0) {
          this.#inString = true
          break
        }
      } else if (effect === OPEN) {
        if (depth === this.#maxDepth) throw this.#malformed(chunk, at - 1, `more than ${depth} brackets are open`)
        brackets[depth++] = byte
      } else if ((brackets[--depth] ?? 0) + CLOSING_DISTANCE !== byte)
        throw this.#malformed(chunk, at - 1, 'the brackets do not match')
      if (depth === 0) {
        this.#depth = 0
        return at
      }
    }
    this.#depth = depth
    this.#state = STRUCTURE
    return -1
  }

  /** @returns the index behind the closing quote, or -1 when the chunk ends first */
  #stringEnd(chunk: Buffer, from: number): number {
    const length = chunk.length
    let at = from
    if (this.#escaped && at < length) {
      this.#escaped = false
      at++
    }
    for (;;) {
      const near = Math.min(length, at + NEAR_BYTES)
      while (at < near) {
        const byte = chunk[at]
        if (byte === QUOTE) return at + 1
        at += byte === BACKSLASH ? 2 : 1
      }
      if (at >= length) {
        this.#escaped = at > length
        return -1
      }
      const quote = chunk.indexOf(QUOTE, at)
      const end = quote < 0 ? length : quote
      const escaped = endsEscaped(chunk, at, end)
      if (quote < 0) {
        this.#escaped = escaped
        return -1
      }
      if (!escaped) return quote + 1
      at = quote + 1
    }
  }

  #number(chunk: Buffer, from: number, start: Place): number {
    let place = start
    for (let at = from; at < chunk.length; at++) {
      const next = nextPlace(place, chunk[at] ?? 0)
      if (next !== undefined) place = next
      else if (MAY_END[place]) return at
      else throw this.#malformed(chunk, at, 'the number breaks off')
    }
    this.#state = { in: 'number', place }
    return -1
  }

  #word(chunk: Buffer, from: number, word: Buffer, have: number): number {
    const end = from + word.length - have
    for (let at = from; at < Math.min(end, chunk.length); at++) {
      if (chunk[at] !== word[have + at - from]) throw this.#malformed(chunk, at, `this is not ${word.toString()}`)
    }
    if (end <= chunk.length) return end
    this.#state = { in: 'word', word, have: have + chunk.length - from }
    return -1
  }

  #malformed(chunk: Buffer, at: number, problem: string): TransportError {
    const start = chunk.subarray(at, at + 4)
    return new TransportError('FRAME_MALFORMED', {
      offset: this.#passedBytes + at,
      byte: start.toString('hex', 0, 1),
      problem,
      looksLike: looksLike(start),
    })
  }
}

/** Whether the byte at `end` is escaped, when the one at `from` is not. */
const endsEscaped = (chunk: Buffer, from: number, end: number): boolean => {
  let at = end
  while (at > from && chunk[at - 1] === BACKSLASH) at--
  return (end - at) % 2 === 1
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

/** Where `byte` leads; undefined when it cannot go on with the number. */
const nextPlace = (place: Place, byte: number): Place | undefined => {
  const digit = isDigit(byte)
  const e = byte === 0x65 || byte === 0x45
  switch (place) {
    case 'minus':
      return byte === 0x30 ? 'zero' : digit ? 'whole' : undefined
    case 'zero':
      return byte === 0x2e ? 'point' : e ? 'e' : undefined
    case 'whole':
      return digit ? 'whole' : byte === 0x2e ? 'point' : e ? 'e' : undefined
    case 'point':
      return digit ? 'fraction' : undefined
    case 'fraction':
      return digit ? 'fraction' : e ? 'e' : undefined
    case 'e':
      return byte === 0x2b || byte === 0x2d ? 'sign' : digit ? 'exponent' : undefined
    default:
      return digit ? 'exponent' : undefined
  }
}
