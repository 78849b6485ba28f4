import { randomUUID } from 'node:crypto'
import { TransportError } from '@/errors.js'

/** What JSON holds; a `bigint` is a whole number that a `number` would not hold exactly. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue }

/** How deep values may stand within each other when they are written; it is also what ends a value in itself. */
const MAX_DEPTH = 200
/** Longest whole number that is read: making one takes time that grows with the square of its length. */
const MAX_DIGITS = 2_500

const NOT_PRINTABLE = /[^ -~]/g
const LARGE = /\d{16}/
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const WHOLE = /^-?\d+$/

/**
 * JSON as Python writes it: a space behind each `,` and `:`, and ASCII only. `undefined` is written as null.
 * @param value plain data: objects of classes have no JSON
 * @throws TransportError VALUE_UNSENDABLE
 */
export const writePythonJson = (value: unknown): string => written(value, 0)

const written = (value: unknown, depth: number): string => {
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return JSON.stringify(value)
    throw unsendable(`JSON has no ${value}`)
  }
  if (typeof value !== 'object') throw unsendable(`JSON has no ${typeof value}`)
  if (depth === MAX_DEPTH) throw unsendable('it is too deep, or contains itself')
  if (Array.isArray(value)) return `[${Array.from(value, (item: unknown) => written(item, depth + 1)).join(', ')}]`
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) throw unsendable('an object of a class is no plain data')
  const members = Object.entries(value).map(([name, item]) => `${quoted(name)}: ${written(item, depth + 1)}`)
  return `{${members.join(', ')}}`
}

const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll(NOT_PRINTABLE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/**
 * Any JSON. Whole numbers stay exact; NaN and Infinity, which Python writes though JSON has none, are refused.
 * @returns undefined when it is not JSON, or has a whole number of more than 2500 digits
 */
export const readPythonJson = (text: string): JsonValue | undefined => {
  let value: JsonValue
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return LARGE.test(text) ? withLargeNumbers(text) : value
}

/** `text` is JSON. Its large numbers travel through the parser as strings of a kind that nobody can have guessed. */
const withLargeNumbers = (text: string): JsonValue | undefined => {
  const mark = randomUUID()
  let readable = true
  const marked = text.replaceAll(TOKEN, (token) => {
    if (!WHOLE.test(token) || Number.isSafeInteger(Number(token))) return token
    if (token.length > MAX_DIGITS) readable = false
    return `"${mark}${token}"`
  })
  if (!readable) return undefined
  return JSON.parse(marked, (_name, value: JsonValue) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  )
}

const unsendable = (problem: string): TransportError => new TransportError('VALUE_UNSENDABLE', { problem })
