import { TransportError } from '@/errors.js'

/** Largest name of a node or a function, and largest id. */
export const MAX_NAME_BYTES = 255

const IN_PACKET = /^[^|@\p{Surrogate}\p{Cc}]+$/u
/** What the original allows for advanced nodes, without the two that break its own packets: `@` and `&`. */
const IN_COMMAND = /^[A-Za-z0-9!#$%^*()[\]{}:,<.>/\-_+`~]+$/
const IN_ARGUMENT = /^[^?&=\p{Surrogate}]+$/u

/** @throws TransportError NAME_UNUSABLE when an advertisement cannot carry the name of a node */
export const checkNodeName = (name: string): string => checked(name, IN_PACKET, 'no | and @, and no control characters')

/** @throws TransportError NAME_UNUSABLE when the name of an advanced node is not one that originals take */
export const checkAdvancedName = (name: string): string =>
  checked(name, IN_COMMAND, 'ASCII letters and digits, and !#$%^*()[]{}:,<.>/-_+`~')

/** @throws TransportError NAME_UNUSABLE when a command cannot carry the text: names of functions, and ids */
export const checkArgument = (text: string): string => checked(text, IN_ARGUMENT, 'no ?, & and =')

const checked = (name: string, allowed: RegExp, expected: string): string => {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES && allowed.test(name)) return name
  throw new TransportError('NAME_UNUSABLE', { given: name.slice(0, MAX_NAME_BYTES), expected })
}
