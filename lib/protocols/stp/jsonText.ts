import { isUtf8 } from 'node:buffer'
import { TransportError } from '@/errors.js'

/** A value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
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

/** The object that these bytes are as JSON, in UTF-8 and without a byte order mark; undefined when they are none. */
export const readJsonObject = (bytes: Buffer, from: number, to: number): JsonObject | undefined => {
  const text = bytes.toString('utf8', from, to)
  // What is not UTF-8 has become this character, which may also stand there of itself.
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(from, to))) return undefined
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
