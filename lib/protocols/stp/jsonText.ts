import { isUtf8 } from 'node:buffer'
import { TransportError } from '@/errors.js'

/** A value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
/** An object as JSON can carry it. */
export interface JsonObject {
  readonly [name: string]: Json
}

/**
 * Compact, and printable ASCII only: everything else is `\uXXXX` in lower case, half a surrogate pair each.
 * @throws TransportError MESSAGE_UNSENDABLE for what JSON cannot carry: undefined, functions, bigints, cycles
 */
export const writeJson = (value: unknown): string => {
  const text = stringify(value)
  return PLAIN.test(text) ? text : text.replaceAll(SPECIAL, escaped)
}

const PLAIN = /^[ -~]*$/
const SPECIAL = /[^ -~]/g

const stringify = (value: unknown): string => {
  try {
    const text: unknown = JSON.stringify(value)
    if (typeof text === 'string') return text
  } catch (cause) {
    throw new TransportError('MESSAGE_UNSENDABLE', { problem: 'it cannot be written as JSON' }, { cause })
  }
  throw new TransportError('MESSAGE_UNSENDABLE', { problem: 'JSON has no way to write it', type: typeof value })
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Objects and arrays within each other: what goes deeper would overflow the stack of whoever walks through it. */
const MAX_DEPTH = 512

/** The object that these bytes are as JSON, in UTF-8 and without a byte order mark; undefined when they are none, or too deep. */
export const readJsonObject = (bytes: Buffer, from: number, to: number): JsonObject | undefined => {
  const text = bytes.toString('utf8', from, to)
  // What is not UTF-8 has become this character, which may also stand there of itself.
  if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(from, to))) return undefined
  return parseObject(text)
}

/** All bytes from there on as text; undefined unless they are plain ASCII, where a place among the bytes is one in the text. */
export const asciiText = (bytes: Buffer, from: number): string | undefined => {
  const text = bytes.toString('utf8', from)
  return text.length === bytes.length - from && !text.includes(REPLACEMENT) ? text : undefined
}

const REPLACEMENT = '\ufffd'

/** The object that this text is as JSON; undefined when it is none, or too deep. */
export const parseObject = (text: string): JsonObject | undefined => {
  if (text.length >= 2 * MAX_DEPTH && isTooDeep(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether a value that came out of JSON is an object. */
const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Brackets count wherever they stand but in text; of what is no JSON, any answer will do. */
const isTooDeep = (text: string): boolean => {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfText(text, at)
    else if ((code === OPEN_BRACKET || code === OPEN_BRACE) && ++depth > MAX_DEPTH) return true
    else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth--
  }
  return false
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** Where the text that begins at this quote has its closing one: the next that has an even number of backslashes before it. */
const endOfText = (text: string, from: number): number => {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at
    while (text.charCodeAt(before - 1) === BACKSLASH) before--
    if ((at - before) % 2 === 0) return at
  }
  return text.length
}
