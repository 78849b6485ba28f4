import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { PassThrough } from 'node:stream'
import type { Listed } from '@/cli/command.js'
import { COMMANDS } from '@/cli/commands.js'
import { dispatch } from '@/cli/dispatch.js'
import type { Io, Output } from '@/cli/io.js'

/** How a run of the program ended. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Text as it comes, for specs that wait for a line of it. */
class Lines implements Output {
  text = ''
  #waiting: (() => void)[] = []
  #over = false

  constructor(
    readonly isTTY = false,
    readonly columns = 80,
  ) {}

  write(text: string): void {
    this.text += text
    this.#news()
  }

  end(): void {
    this.#over = true
    this.#news()
  }

  /** The first whole line, so far or later, that has these words in it. */
  async line(words: string | RegExp): Promise<string> {
    for (;;) {
      const whole = this.text.split('\n').slice(0, -1)
      const found = whole.find((line) => (typeof words === 'string' ? line.includes(words) : words.test(line)))
      if (found !== undefined) return found
      if (this.#over) throw new Error(`it ended without saying ${String(words)}:\n${this.text}`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  #news(): void {
    for (const tell of this.#waiting.splice(0)) tell()
  }
}

/** A run of the program that is under way. */
export interface Running extends AsyncDisposable {
  readonly ended: Promise<Ended>
  /** Waits for a line on stdout, and gives it. */
  line(words: string | RegExp): Promise<string>
  errorLine(words: string | RegExp): Promise<string>
  type(text: string): void
  /** Ends its input. */
  endInput(): void
  /** `EPIPE`: nobody reads its output any more. */
  stop(signal?: NodeJS.Signals | 'EPIPE'): void
}

const quick = import.meta.url.endsWith('.ts')
const main = fileURLToPath(new URL(`../../lib/cli/main.${quick ? 'ts' : 'js'}`, import.meta.url))
/** What starts the program as a process of its own, whether the specs were built or not. */
export const SELF: readonly string[] = [process.execPath, ...(quick ? ['--import=tsx'] : []), main]

export interface RunOptions {
  /** What the program can do. @default all that it can */
  readonly commands?: readonly Listed[]
  /** Its output goes to one. */
  readonly terminal?: boolean
  readonly environment?: Io['environment']
  /** Its input comes from a terminal; told of each change between showing and hiding what is typed. */
  readonly hidden?: (on: boolean) => void
}

/** Runs a command inside this process. */
export const runHere = (args: readonly string[], options: RunOptions = {}): Running => {
  const stdout = new Lines(options.terminal)
  const stderr = new Lines(options.terminal)
  const { hidden, environment = {}, commands = COMMANDS } = options
  const stdin = Object.assign(new PassThrough(), hidden === undefined ? {} : { isTTY: true, setRawMode: hidden })
  const stop = new AbortController()
  const flush = (): Promise<void> => Promise.resolve()
  const io: Io = { stdin, stdout, stderr, stop: stop.signal, flush, environment, self: SELF }
  const ended = dispatch(commands, args, io).then((code) => {
    stdout.end()
    stderr.end()
    return { code, out: stdout.text, err: stderr.text }
  })
  return {
    ended,
    line: (words) => stdout.line(words),
    errorLine: (words) => stderr.line(words),
    type: (text) => void stdin.write(text),
    endInput: () => void stdin.end(),
    stop: (signal) => stop.abort(signal),
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await ended
    },
  }
}

/**
 * Runs a command as a process of its own.
 * @param into a file that gets what it says on stdout, instead of this spec
 */
export const runProcess = (args: readonly string[], into?: string): Running => {
  const redirected = into === undefined ? [] : ['/bin/sh', '-c', 'exec "$@" > "$0"', into]
  const [executable = '', ...rest] = [...redirected, ...SELF, ...args]
  const child = spawn(executable, rest, { stdio: ['pipe', 'pipe', 'pipe'] })
  const stdout = new Lines()
  const stderr = new Lines()
  child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.write(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.write(text))
  child.stdin.on('error', () => {})
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      stdout.end()
      stderr.end()
      resolve({ code, out: stdout.text, err: stderr.text })
    })
  })
  return {
    ended,
    line: (words) => stdout.line(words),
    errorLine: (words) => stderr.line(words),
    type: (text) => void child.stdin.write(text),
    endInput: () => void child.stdin.end(),
    stop: (signal = 'SIGTERM') => void (signal === 'EPIPE' ? child.stdout.destroy() : child.kill(signal)),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** The objects of a run with `--json`. */
export const eventsIn = (out: string): Record<string, unknown>[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line))
