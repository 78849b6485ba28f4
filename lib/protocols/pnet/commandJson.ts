import { type KeywordArguments, CommandRefusal, type RegisteredCommand } from '@/protocols/pnet/commandFunction.js'
import { jsonText, JsonUnwritable } from '@/protocols/pnet/jsonText.js'
import { jsonValue } from '@/protocols/pnet/jsonValue.js'
import type { FunctionCall } from '@/protocols/pnet/nodeFunction.js'
import { TransportError } from '@/errors.js'

/** What a peer asks a command node to do. */
export interface CommandRequest {
  readonly function: string
  readonly args: readonly unknown[]
  readonly kwargs: KeywordArguments
}

/** @throws TransportError MESSAGE_UNSENDABLE when an argument cannot be written as JSON */
export const encodeRequest = (request: CommandRequest): string => {
  const { function: name, args, kwargs } = request
  try {
    return jsonText({ function: name, args, kwargs })
  } catch (cause) {
    throw new TransportError('MESSAGE_UNSENDABLE', { function: name, problem: problemOf(cause) }, { cause })
  }
}

/** The reply to what is not done. */
export const encodeRefusal = (description: string): string => jsonText({ type: 'error', description })

/**
 * Does what the request says and gives the reply, whatever happens.
 * @param failed hears what the function of that name threw, or why its result cannot be written
 */
export const answerCommand = async (
  text: Uint8Array,
  find: (name: string) => RegisteredCommand | undefined,
  call: FunctionCall,
  failed: (name: string, error: unknown) => void,
): Promise<string> => {
  const request = requestIn(text)
  if (typeof request === 'string') return encodeRefusal(request)
  const command = find(request.function)
  if (command === undefined) return encodeRefusal('function does not exist on node')
  let value: unknown
  try {
    value = await command.run(call, request.args, request.kwargs)
  } catch (error) {
    failed(request.function, error)
    return encodeRefusal(error instanceof CommandRefusal ? error.message : 'function failed')
  }
  try {
    return jsonText({ type: 'success', value: value ?? null })
  } catch (error) {
    failed(request.function, error)
    return encodeRefusal('bad return data')
  }
}

/**
 * The value in a reply.
 * @throws TransportError CALL_FAILED with the description of the peer, REPLY_UNREADABLE
 */
export const valueIn = (reply: Uint8Array): unknown => {
  const parsed = parse(reply)
  if (isRecord(parsed) && parsed['type'] === 'success' && 'value' in parsed) return parsed['value']
  if (isRecord(parsed) && parsed['type'] === 'error' && typeof parsed['description'] === 'string') {
    throw new TransportError('CALL_FAILED', { description: parsed['description'].slice(0, 1_024) })
  }
  throw new TransportError('REPLY_UNREADABLE', { problem: 'it is no JSON, or not of this form' })
}

/** A request, or what is wrong with it. */
const requestIn = (text: Uint8Array): CommandRequest | string => {
  const parsed = parse(text)
  if (parsed === undefined) return 'bad json data'
  if (!isRecord(parsed)) return 'request is not an object'
  if (!['function', 'args', 'kwargs'].every((key) => key in parsed)) {
    return 'not all required items (function, args, kwargs) are present'
  }
  const { function: name, args, kwargs } = parsed
  if (typeof name !== 'string') return 'function is not a string'
  if (!Array.isArray(args) || !isRecord(kwargs)) return 'args is not a list, or kwargs is not an object'
  return { function: name, args, kwargs }
}

/** Undefined for what is not JSON, or not UTF-8. */
const parse = (text: Uint8Array): unknown => {
  try {
    return jsonValue(new TextDecoder('utf-8', { fatal: true }).decode(text))
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const problemOf = (error: unknown): string => (error instanceof JsonUnwritable ? error.message : 'it is too deep')
