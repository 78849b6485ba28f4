import { TransportError } from '@/errors.js'
import { wholeNumber } from '@/framings/wholeNumber.js'

/** One character of a set: its code points lie in one of `ranges`, or in none of them when negated. */
export interface CharacterSet {
  /** Sets that accept the same are told by the same key. */
  readonly key: string
  readonly negated: boolean
  /** Code points, both ends included. */
  readonly ranges: readonly (readonly [from: number, to: number])[]
}

/** A piece of a glob. Texts are never empty, and no two texts or stars stand next to each other. */
export type Token =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'one' }
  | { readonly is: 'set'; readonly set: CharacterSet }
  | { readonly is: 'star' }

/** What a glob may cost. */
export interface GlobLimits {
  /** Longest glob in UTF-8. 0 to 65_535 bytes. @default 1_024 */
  readonly maxGlobBytes?: number
  /** `*`, `?` and sets in one glob; each may have to be tried at every place of a topic. 0 to 65_535. @default 32 */
  readonly maxGlobWildcards?: number
  /** Steps of about 60 ns that finding the globs for one topic may take. 1_000 to 2^40. @default 200_000 */
  readonly maxMatchSteps?: number
}

/** @see docs/limits.md */
export const GLOB_RANGES: Readonly<Record<keyof GlobLimits, readonly [fallback: number, min: number, max: number]>> = {
  maxGlobBytes: [1_024, 0, 65_535],
  maxGlobWildcards: [32, 0, 65_535],
  maxMatchSteps: [200_000, 1_000, 2 ** 40],
}

/** The limits with their defaults filled in. @throws TransportError OPTION_INVALID */
export const checkGlobLimits = (given: GlobLimits): Required<GlobLimits> => ({
  maxGlobBytes: checked('maxGlobBytes', given),
  maxGlobWildcards: checked('maxGlobWildcards', given),
  maxMatchSteps: checked('maxMatchSteps', given),
})

const checked = (option: keyof GlobLimits, given: GlobLimits): number => {
  const [fallback, min, max] = GLOB_RANGES[option]
  return wholeNumber(option, given[option] ?? fallback, [min, max])
}

/**
 * Takes a glob apart: `*` is any run of characters, empty or with `/` in it, as is `**`; `?` is one character;
 * `[abc]` and `[a-z]` are one of those, `[!abc]` one but those; `]` stands for itself right behind `[` or `[!`, and so
 * does `[` when nothing closes it. Nothing escapes. A character is a Unicode code point.
 * @throws TransportError GLOB_REFUSED
 * @see WIRE.md, "globs"
 */
export const parseGlob = (glob: string, limits: Required<GlobLimits>): readonly Token[] => {
  const size = Buffer.byteLength(glob)
  if (size > limits.maxGlobBytes) throw refused('maxGlobBytes', size, limits.maxGlobBytes)
  const tokens: Token[] = []
  let text = ''
  let wildcards = 0
  const add = (token: Token): void => {
    if (token.is === 'star' && text === '' && tokens.at(-1)?.is === 'star') return
    if (++wildcards > limits.maxGlobWildcards) throw refused('maxGlobWildcards', wildcards, limits.maxGlobWildcards)
    if (text !== '') tokens.push({ is: 'text', text })
    // "Any run, then one" is "one, then any run", and that way round nothing has to be tried.
    if (token.is === 'one' && text === '' && tokens.at(-1)?.is === 'star') tokens.splice(-1, 0, token)
    else tokens.push(token)
    text = ''
  }
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at] ?? ''
    const end = character === '[' ? setEnd(glob, at) : -1
    if (end >= 0) {
      const set = setOf(glob.slice(at + 1, end))
      const only = onlyCharacter(set)
      if (only === undefined) add({ is: 'set', set })
      else text += only
      at = end
    } else if (character === '*') add({ is: 'star' })
    else if (character === '?') add({ is: 'one' })
    else text += character
  }
  if (text !== '') tokens.push({ is: 'text', text })
  return tokens
}

/** Whether a character is in the set. */
export const isInSet = ({ ranges, negated }: CharacterSet, codePoint: number): boolean => {
  for (const [from, to] of ranges) if (codePoint >= from && codePoint <= to) return !negated
  return negated
}

/** Where the set that opens at `at` closes, -1 if it does not. */
const setEnd = (glob: string, at: number): number => {
  let from = at + 1
  if (glob[from] === '!') from++
  if (glob[from] === ']') from++
  return glob.indexOf(']', from)
}

const setOf = (inside: string): CharacterSet => {
  const negated = inside.startsWith('!')
  const points = Array.from(negated ? inside.slice(1) : inside, (character) => character.codePointAt(0) ?? 0)
  const ranges: (readonly [number, number])[] = []
  for (let at = 0; at < points.length; at++) {
    const from = points[at] ?? 0
    const to = points[at + 1] === HYPHEN ? points[at + 2] : undefined
    if (to !== undefined) at += 2
    // a range that runs backwards holds nothing
    if (to === undefined) ranges.push([from, from])
    else if (from <= to) ranges.push([from, to])
  }
  return { key: inside, negated, ranges }
}

const HYPHEN = 0x2d

/** Sets of one character are how special characters are written as themselves. */
const onlyCharacter = ({ ranges, negated }: CharacterSet): string | undefined => {
  const [first] = ranges
  if (negated || ranges.length !== 1 || first === undefined || first[0] !== first[1]) return undefined
  return String.fromCodePoint(first[0])
}

const refused = (limit: keyof GlobLimits, given: number, allowed: number): TransportError =>
  new TransportError('GLOB_REFUSED', { limit, given, allowed })
