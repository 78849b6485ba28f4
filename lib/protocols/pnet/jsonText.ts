/** What JSON cannot say. */
export class JsonUnwritable extends Error {
  override readonly name = 'JsonUnwritable'
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/**
 * JSON as the original writes it: a space after each comma and colon, nothing but ASCII. What an object says of itself
 * by `toJSON` counts; undefined is null, and so is a hole of an array; members that are undefined are left out. A bigint is a whole number, and so
 * is a number up to 2^53 - 1; beyond, it is written with an exponent, since its last digits are not known.
 * @throws JsonUnwritable for bytes, functions, symbols, NaN and infinities, maps and sets, and what contains itself
 */
export const jsonText = (value: unknown): string => written(value, new Set())

const written = (given: unknown, within: Set<object>): string => {
  // Buffers have a `toJSON`, but nobody wants to read that.
  const value = hasToJson(given) && !ArrayBuffer.isView(given) ? given.toJSON() : given
  switch (typeof value) {
    case 'undefined':
      return 'null'
    case 'boolean':
    case 'bigint':
      return String(value)
    case 'number':
      return number(value)
    case 'string':
      return quoted(value)
    case 'object':
      return value === null ? 'null' : container(value, within)
    default:
      throw new JsonUnwritable(`a ${typeof value} is no JSON`)
  }
}

const number = (value: number): string => {
  if (!Number.isFinite(value)) throw new JsonUnwritable(`${value} is no JSON`)
  if (Object.is(value, -0)) return '-0.0'
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value)
}

const container = (value: object, within: Set<object>): string => {
  if (within.has(value)) throw new JsonUnwritable('it contains itself')
  if (ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set) {
    throw new JsonUnwritable(`a ${value.constructor.name} is no JSON`)
  }
  within.add(value)
  const text = Array.isArray(value)
    ? `[${Array.from(value, (item: unknown) => written(item, within)).join(', ')}]`
    : `{${members(value, within).join(', ')}}`
  within.delete(value)
  return text
}

const members = (value: object, within: Set<object>): string[] =>
  Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `${quoted(name)}: ${written(member, within)}`)

const quoted = (text: string): string =>
  `"${text.replaceAll(/["\\]|[^ -~]/g, (unit) => ESCAPES.get(unit) ?? escaped(unit))}"`

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

const hasToJson = (value: unknown): value is { toJSON(): unknown } =>
  typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
