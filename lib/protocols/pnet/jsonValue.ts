import { randomUUID } from 'node:crypto'
import { MAX_INTEGER_BYTES } from '@/protocols/pnet/pickle/pickleLimits.js'

/** Only a number of so many digits can be beyond 2^53. */
const LONG_NUMBER = /\d{16}/
/** What begins or ends a string, an escape that does not, and a number; of JSON that is known to be well formed. */
const TOKEN = /"|\\.|-?\d[\d.eE+-]*/g
const INTEGER = /^-?\d{16,}$/
/** Making a number of more digits takes time that grows with the square of them. */
const MAX_DIGITS = Math.floor(MAX_INTEGER_BYTES * Math.log10(256))

/**
 * What JSON says, exactly: a whole number beyond 2^53 - 1, which `JSON.parse` would round, is a bigint here. Numbers with
 * a point or an exponent are what they are everywhere.
 * @throws SyntaxError, or RangeError for what is too deep, or an integer of more than 2,466 digits
 */
export const jsonValue = (text: string): unknown => {
  const value: unknown = JSON.parse(text)
  if (!LONG_NUMBER.test(text)) return value
  // Nobody who wrote the text knows it, so no string of his is taken for a number.
  const mark = randomUUID()
  let marked = false
  let inString = false
  const written = text.replaceAll(TOKEN, (token) => {
    if (token === '"') inString = !inString
    if (inString || !INTEGER.test(token) || Number.isSafeInteger(Number(token))) return token
    if (token.length > MAX_DIGITS) throw new RangeError(`an integer has ${token.length} digits`)
    marked = true
    return `"${mark}${token}"`
  })
  if (!marked) return value
  return JSON.parse(written, (_, member: unknown) =>
    typeof member === 'string' && member.startsWith(mark) ? BigInt(member.slice(mark.length)) : member,
  )
}
