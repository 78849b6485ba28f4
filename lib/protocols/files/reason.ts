import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'

/** The words of the C library, where Node has others. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  ENAMETOOLONG: 'File name too long',
  ELOOP: 'Too many levels of symbolic links',
  EFBIG: 'File too large',
  EINVAL: 'Invalid argument',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
}

/** A system error in the form of the original: `[Errno 2] No such file or directory: 'missing.bin'`. */
export const reasonOf = (name: string, path: string): string => {
  const number = NUMBERS.get(name) ?? constants.errno.EIO
  const words = WORDS[name] ?? NODE_WORDS.get(name) ?? 'Input/output error'
  return `[Errno ${number}] ${words}: ${quoted(path)}`
}

/** The name of a system error, such as `ENOENT`; `EIO` for what is none. */
export const errorName = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && NUMBERS.has(error.code)
    ? error.code
    : 'EIO'

const NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(constants.errno))
const NODE_WORDS: ReadonlyMap<string, string> = new Map(
  [...getSystemErrorMap().values()].map(([name, words]) => [name, words.charAt(0).toUpperCase() + words.slice(1)]),
)

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Text between quotes, with nothing in it that could end the line or move the cursor of whoever prints it. */
const quoted = (text: string): string => {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const plain = text.replaceAll(/[\\\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, (char) => ESCAPES[char] ?? escaped(char))
  return quote + (quote === "'" ? plain.replaceAll("'", "\\'") : plain) + quote
}

const escaped = (char: string): string => {
  const unit = char.charCodeAt(0)
  return unit < 0x100 ? `\\x${unit.toString(16).padStart(2, '0')}` : `\\u${unit.toString(16).padStart(4, '0')}`
}
