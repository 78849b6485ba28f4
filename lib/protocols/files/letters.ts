import { TransportError } from '@/errors.js'

/** What the two ends of a file transfer say to each other. */
export type Letter =
  | { readonly type: 'upload-request'; readonly fileSize: number; readonly destinationPath: string }
  | { readonly type: 'download-request'; readonly downloadPath: string }
  | { readonly type: 'confirmed' }
  /** The size is missing where a peer uses this letter as a plain confirmation. */
  | { readonly type: 'download-confirmation'; readonly fileSize?: number }
  | { readonly type: 'rejected'; readonly reason: string }
  | { readonly type: 'close' }
  /** A type that this protocol does not know; only read, never written. */
  | { readonly type: 'unknown'; readonly name: string }

/** Largest letter that is read. */
export const MAX_LETTER_BYTES = 65_536

/** @see WIRE.md, "letters" */
export const encodeLetter = (letter: Exclude<Letter, { type: 'unknown' }>): Buffer =>
  Buffer.from(ascii(JSON.stringify({ type: letter.type, letter: membersOf(letter) })), 'latin1')

const membersOf = (letter: Exclude<Letter, { type: 'unknown' }>): object => {
  switch (letter.type) {
    case 'upload-request':
      return { file_size: letter.fileSize, destination_path: letter.destinationPath }
    case 'download-request':
      return { download_path: letter.downloadPath }
    case 'download-confirmation':
      return letter.fileSize === undefined ? {} : { file_size: letter.fileSize }
    case 'rejected':
      return { reason: letter.reason }
    case 'confirmed':
    case 'close':
      return {}
  }
}

/** The original writes whatever is not printable ASCII as `\uXXXX`, in lower case, half a surrogate pair each. */
const ascii = (json: string): string =>
  json.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/**
 * Reads one letter, whatever the order of its members, its spaces and its escapes; members it does not know are ignored.
 * @throws TransportError LETTER_MALFORMED, whose detail `problem` may be told to the other end
 */
export const decodeLetter = (message: Uint8Array): Letter => {
  const size = message.length
  if (size > MAX_LETTER_BYTES) throw malformed(`a letter has at most ${MAX_LETTER_BYTES} bytes`, size)
  const envelope = parse(message)
  const type = memberOf(envelope, 'type')
  const members = memberOf(envelope, 'letter')
  if (typeof type !== 'string') throw malformed('it has no type', size)
  if (typeof members !== 'object' || members === null || Array.isArray(members))
    throw malformed('it has no letter', size)
  return read(type, members, size)
}

const read = (type: string, members: object, size: number): Letter => {
  switch (type) {
    case 'upload-request':
      return { type, fileSize: sizeOf(members, size), destinationPath: textOf(members, 'destination_path', size) }
    case 'download-request':
      return { type, downloadPath: textOf(members, 'download_path', size) }
    case 'download-confirmation':
      return memberOf(members, 'file_size') === undefined ? { type } : { type, fileSize: sizeOf(members, size) }
    case 'rejected':
      return { type, reason: textOf(members, 'reason', size) }
    case 'confirmed':
    case 'close':
      return { type }
    default:
      return { type: 'unknown', name: type }
  }
}

const parse = (message: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(message))
  } catch (cause) {
    throw malformed('it is not JSON', message.length, { cause })
  }
}

const sizeOf = (members: object, size: number): number => {
  const value = memberOf(members, 'file_size')
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw malformed('file_size is not a number of bytes', size)
}

const textOf = (members: object, name: string, size: number): string => {
  const value = memberOf(members, name)
  if (typeof value === 'string') return value
  throw malformed(`${name} is not text`, size)
}

/** Own members only: a letter must not be completed by what every object inherits. */
const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined

const malformed = (problem: string, size: number, options?: ErrorOptions): TransportError =>
  new TransportError('LETTER_MALFORMED', { problem, size }, options)
