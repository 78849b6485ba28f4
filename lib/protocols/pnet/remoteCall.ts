import { isUtf8 } from 'node:buffer'
import { asBuffer } from '@/bytes/asBuffer.js'
import { TransportError } from '@/errors.js'
import { type JsonValue, readPythonJson, writePythonJson } from '@/protocols/pnet/pythonJson.js'

/** A call of a function of a command node. */
export interface RemoteCall {
  readonly functionName: string
  readonly args: readonly JsonValue[]
  /** By name. */
  readonly kwargs: { readonly [name: string]: JsonValue }
}

/** What came of a call. */
export type CallOutcome =
  | { readonly type: 'success'; readonly value: JsonValue }
  | { readonly type: 'error'; readonly description: string }

/** The descriptions of errors that originals give. */
export const CALL_PROBLEMS = {
  json: 'bad json data',
  items: 'not all required items (function, args, kwargs) are present',
  function: 'function does not exist on node',
  result: 'bad return data',
} as const

type JsonObject = { readonly [member: string]: JsonValue }

/**
 * @throws TransportError VALUE_UNSENDABLE when an argument cannot be written as JSON
 * @see WIRE.md, "remote calls"
 */
export const encodeCall = ({ functionName, args, kwargs }: RemoteCall): Buffer =>
  Buffer.from(writePythonJson({ function: functionName, args, kwargs }), 'latin1')

/** @throws TransportError CALL_MALFORMED, whose detail `problem` is the description to answer */
export const decodeCall = (bytes: Uint8Array): RemoteCall => {
  const call = parsed(bytes)
  if (!isObject(call)) throw malformed('the request is not an object')
  const functionName = memberOf(call, 'function')
  const args = memberOf(call, 'args')
  const kwargs = memberOf(call, 'kwargs')
  if (functionName === undefined || args === undefined || kwargs === undefined) throw malformed(CALL_PROBLEMS.items)
  if (typeof functionName !== 'string') throw malformed('function is not a string')
  if (!Array.isArray(args)) throw malformed('args is not a list')
  if (!isObject(kwargs)) throw malformed('kwargs is not an object')
  return { functionName, args, kwargs }
}

/**
 * `undefined` as a value is written as null.
 * @throws TransportError VALUE_UNSENDABLE when the value cannot be written as JSON: answer `bad return data`
 */
export const encodeOutcome = (
  outcome: { readonly type: 'success'; readonly value: unknown } | Extract<CallOutcome, { type: 'error' }>,
): Buffer => {
  const { type } = outcome
  const members = type === 'success' ? { type, value: outcome.value } : { type, description: outcome.description }
  return Buffer.from(writePythonJson(members), 'latin1')
}

/** @throws TransportError CALL_MALFORMED */
export const decodeOutcome = (bytes: Uint8Array): CallOutcome => {
  const outcome = parsed(bytes)
  if (!isObject(outcome)) throw malformed('the reply is not an object')
  const type = memberOf(outcome, 'type')
  if (type === 'success') {
    const value = memberOf(outcome, 'value')
    if (value !== undefined) return { type, value }
  }
  const description = memberOf(outcome, 'description')
  if (type === 'error' && typeof description === 'string') return { type, description }
  throw malformed('the reply is neither a success nor an error')
}

const parsed = (bytes: Uint8Array): JsonValue => {
  const value = isUtf8(bytes) ? readPythonJson(asBuffer(bytes).toString()) : undefined
  if (value === undefined) throw malformed(CALL_PROBLEMS.json)
  return value
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Own members only: a call must not be completed by what every object inherits. */
const memberOf = (object: JsonObject, name: string): JsonValue | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined

const malformed = (problem: string): TransportError => new TransportError('CALL_MALFORMED', { problem })
