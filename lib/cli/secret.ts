import { StringDecoder } from 'node:string_decoder'
import type { Options } from '@/cli/arguments.js'
import type { Io } from '@/cli/io.js'
import { textFile } from '@/cli/textFile.js'
import { UsageError } from '@/cli/usageError.js'

/** The environment variable that a password is read from. */
export const PASSWORD_VARIABLE = 'FRAMEWRIGHT_PASSWORD'

/** The options of a command that needs a password. */
export const PASSWORD = {
  password: { type: 'string', value: 'TEXT', help: 'the password; other users of this machine can see it' },
  'password-file': { type: 'string', value: 'FILE', help: 'reads it from the first line of this file' },
} as const satisfies Options

/**
 * A password from the options, the environment or the terminal, in this order. It is never shown.
 * @throws UsageError when there is none and nobody can be asked; TransportError FILE_FAILED
 */
export const passwordFrom = async (
  values: { readonly password?: string; readonly 'password-file'?: string },
  io: Io,
): Promise<string> => {
  const { password, 'password-file': file } = values
  if (password !== undefined && file !== undefined) throw new UsageError('choose one of --password and --password-file')
  if (file !== undefined) return firstLineOf(file)
  return password ?? io.environment[PASSWORD_VARIABLE] ?? (await asked('password: ', io))
}

/** The first line of a file, for what must not stand on a command line. @throws TransportError FILE_FAILED */
export const firstLineOf = async (path: string): Promise<string> => (await textFile(path)).split(/\r?\n/, 1)[0] ?? ''

const BACKSPACE = new Set(['\b', '\u007f'])
/** Ctrl-C and Ctrl-D, which are characters as any other while nothing is shown. */
const GIVEN_UP = new Set(['\u0003', '\u0004'])

/** Asks on the terminal and shows nothing of the answer. What is typed behind it stays to be read. */
const asked = (question: string, io: Io): Promise<string> => {
  const { stdin, stderr } = io
  if (stdin.isTTY !== true || stdin.setRawMode === undefined) {
    const hint = `give --password-file FILE, --password TEXT or the variable ${PASSWORD_VARIABLE}`
    return Promise.reject(new UsageError('a password is missing', hint))
  }
  stderr.write(question)
  stdin.setRawMode(true)
  return new Promise((resolve, reject) => {
    const decoder = new StringDecoder('utf8')
    let typed: string[] = []
    const done = (): void => {
      stdin.off('data', read)
      stdin.off('end', ended)
      io.stop.removeEventListener('abort', ended)
      stdin.pause()
      stdin.setRawMode?.(false)
      stderr.write('\n')
    }
    const ended = (): void => {
      done()
      reject(new UsageError('no password was given'))
    }
    const read = (chunk: Buffer | string): void => {
      const characters = Array.from(typeof chunk === 'string' ? chunk : decoder.write(chunk))
      for (const [at, character] of characters.entries()) {
        if (GIVEN_UP.has(character)) return ended()
        if (character === '\r' || character === '\n') {
          done()
          const rest = characters.slice(at + 1).join('')
          if (rest !== '') stdin.unshift(Buffer.from(rest))
          return resolve(typed.join(''))
        }
        if (BACKSPACE.has(character)) typed = typed.slice(0, -1)
        else typed.push(character)
      }
    }
    stdin.on('data', read)
    stdin.once('end', ended)
    io.stop.addEventListener('abort', ended, { once: true })
    stdin.resume()
    if (io.stop.aborted) ended()
  })
}
