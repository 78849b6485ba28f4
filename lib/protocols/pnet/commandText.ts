import { TransportError } from '@/errors.js'
import { MAX_NAME_BYTES } from '@/protocols/pnet/names.js'

/** No command has more than six. */
const MAX_ARGUMENTS = 32
const WHOLE_NUMBER = /^\d{1,15}$/

/** What an argument is written as; one that is undefined is left out. */
export type ArgumentValue = string | number | Buffer | undefined

/**
 * `WORD?key=value&key=value`, as it stands: nothing is escaped, but in base64 each `=` becomes `~`.
 * @see WIRE.md, "commands"
 */
export const formatCommand = (
  word: string,
  values: readonly (readonly [key: string, value: ArgumentValue])[],
): string => {
  const pieces = values.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${written(value)}`]))
  return `${word}?${pieces.join('&')}`
}

const written = (value: string | number | Buffer): string =>
  Buffer.isBuffer(value) ? value.toString('latin1').replaceAll('=', '~') : String(value)

/** A command as it was read: its word, and its arguments by their keys. */
export class CommandText {
  readonly word: string
  readonly #values: ReadonlyMap<string, string>

  private constructor(word: string, values: ReadonlyMap<string, string>) {
    this.word = word
    this.#values = values
  }

  /**
   * Reads as the original does: what follows a second `?` is lost, and so is what follows a second `=` of an argument;
   * the last of repeated keys counts.
   * @throws TransportError COMMAND_MALFORMED
   */
  static parse(text: string): CommandText {
    const [word = '', query] = text.split('?', 2)
    if (query === undefined) throw malformed('it has no ?')
    const pieces = query.split('&', MAX_ARGUMENTS + 1)
    if (pieces.length > MAX_ARGUMENTS) throw malformed('it has too many arguments')
    const values = new Map<string, string>()
    for (const piece of pieces) {
      const [key = '', value] = piece.split('=', 2)
      if (value === undefined) throw malformed('an argument has no =')
      values.set(key, value)
    }
    return new CommandText(word, values)
  }

  optional(key: string): string | undefined {
    return this.#values.get(key)
  }

  /** @throws TransportError COMMAND_MALFORMED when it is missing */
  text(key: string): string {
    const value = this.#values.get(key)
    if (value === undefined) throw malformed(`the argument ${key} is missing`)
    return value
  }

  /**
   * An id or a name, in memory of its own: what is kept of a command must not keep all of it.
   * @throws TransportError COMMAND_MALFORMED when it is missing, or above 255 bytes
   */
  name(key: string): string {
    const bytes = Buffer.from(this.text(key))
    if (bytes.length > MAX_NAME_BYTES) throw malformed(`the argument ${key} is too long`)
    return bytes.toString()
  }

  /** As `name`, but it may be missing. */
  optionalName(key: string): string | undefined {
    return this.#values.has(key) ? this.name(key) : undefined
  }

  /** Base64 text as ASCII, with `=` again; whether it is base64 is not looked at. */
  base64(key: string): Buffer {
    return Buffer.from(this.text(key).replaceAll('~', '='), 'utf8')
  }

  /** @throws TransportError COMMAND_MALFORMED when it is not a whole number */
  number(key: string): number {
    const digits = this.text(key)
    if (!WHOLE_NUMBER.test(digits)) throw malformed(`the argument ${key} is not a number`)
    return Number(digits)
  }

  /** As `number`, but it may be missing. */
  optionalNumber(key: string): number | undefined {
    return this.#values.has(key) ? this.number(key) : undefined
  }
}

const malformed = (problem: string): TransportError => new TransportError('COMMAND_MALFORMED', { problem })
