import { SendException } from '@/protocols/pyile/exceptions.js'

/** A string, a comma, a colon, or a run of anything else that is no space. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[,:]|[^\s",:]+/gs
const NOT_PRINTABLE = /[^ -~]/g

/**
 * JSON as Python's `json.dumps` writes it: `", "` between members, `": "` behind names, ASCII only, no other space.
 * Nothing else changes: members keep their order, doubled ones too, and numbers the digits they came with.
 * @param json text that `JSON.parse` accepts
 */
export const wireText = (json: string): string => {
  let text = ''
  for (const [token] of json.matchAll(TOKEN)) text += rewritten(token)
  return text
}

/** The wire text of a value. @throws SendException VALUE_UNSENDABLE when JSON has no form for it */
export const wireTextOf = (value: unknown): string => {
  let json: string | undefined
  let reason: unknown
  try {
    json = JSON.stringify(value)
  } catch (error) {
    reason = error
  }
  if (json !== undefined) return wireText(json)
  const says = reason instanceof Error ? reason.message : `JSON has no form for ${typeof value}`
  throw new SendException('VALUE_UNSENDABLE', { says }, { cause: reason })
}

const rewritten = (token: string): string => {
  if (token === ',') return ', '
  if (token === ':') return ': '
  return token.startsWith('"') ? quoted(JSON.parse(token)) : token
}

const quoted = (text: unknown): string => JSON.stringify(text).replaceAll(NOT_PRINTABLE, escaped)

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
