import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ROOT } from './documents.js'
import { environmentFor, nodeArguments, SCRIPT_EXTENSION } from './runProgram.js'

const PREFIX = 'framewright-'
const ip = (...args: readonly string[]): string => execFileSync('ip', args, { encoding: 'utf8', stdio: 'pipe' })
const named = (end: string): string => `${PREFIX}${process.pid}-${end}`

/** Those of runs that were killed before they could clean up. */
const removeLeftOvers = (): void => {
  for (const line of ip('netns', 'list').split('\n')) {
    const [name = '', pid = ''] = /^framewright-(\d+)-\w+/.exec(line) ?? []
    if (pid !== '' && !isAlive(Number(pid))) ip('netns', 'delete', name)
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Why there can be no network namespaces here; undefined when there can. */
export const WHY_NO_NAMESPACES = ((): string | undefined => {
  try {
    removeLeftOvers()
    ip('netns', 'add', named('try'))
    try {
      ip('-n', named('try'), 'link', 'add', 'one', 'type', 'veth', 'peer', 'name', 'two')
    } finally {
      ip('netns', 'delete', named('try'))
    }
    return undefined
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return missing ? 'there is no ip of iproute2 here' : 'no network namespaces can be made here'
  }
})()

/** A machine of its own, as far as its network goes: with a loopback, and no way out but a cable. */
export class Namespace implements AsyncDisposable {
  readonly name: string
  readonly #children: ChildProcess[] = []

  constructor(end: string) {
    this.name = named(end)
    ip('netns', 'add', this.name)
    process.on('exit', this.#remove)
    this.ip('link set lo up')
  }

  /** Also where a spec took too long: nothing must stay behind. */
  readonly #remove = (): void => {
    for (const child of this.#children) child.kill('SIGKILL')
    ip('netns', 'delete', this.name)
  }

  /** What `ip` does there. @param command words with a space between them */
  ip(command: string): string {
    return ip('-n', this.name, ...command.split(' '))
  }

  /** Starts a program of `spec/support` there, without its extension. It must end with its input. */
  start(program: string, ...args: readonly string[]): Station {
    const path = fileURLToPath(new URL(`./${program}${SCRIPT_EXTENSION}`, import.meta.url))
    const node = [process.execPath, ...nodeArguments(path), path, ...args]
    const env = environmentFor(path)
    const child = spawn('ip', ['netns', 'exec', this.name, ...node], { cwd: ROOT, env, stdio: 'pipe' })
    this.#children.push(child)
    return new Station(child)
  }

  /** Ends what was started there, and all of its interfaces. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      const ended = once(child, 'exit')
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGKILL')
      await ended
    }
    process.off('exit', this.#remove)
    this.#remove()
  }
}

/** A program that tells what happens to it, one object a line. */
export class Station {
  readonly #child: ChildProcess
  readonly #events: string[] = []
  #read = 0
  #tell: () => void = () => {}
  #over = false
  /** It has ended. */
  readonly over: Promise<void>

  constructor(child: ChildProcess) {
    this.#child = child
    for (const output of [child.stdout, child.stderr]) {
      if (output === null) continue
      createInterface(output).on('line', (line) => {
        this.#events.push(line)
        this.#tell()
      })
    }
    this.over = new Promise((resolve) => {
      child.once('close', () => {
        this.#over = true
        this.#tell()
        resolve()
      })
    })
  }

  type(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  /** Waits for all of these, in whatever order they come, and passes over what else is told meanwhile. */
  async tells(...events: readonly object[]): Promise<void> {
    const wanted = new Set(events.map((event) => JSON.stringify(event)))
    while (wanted.size > 0) {
      const line = this.#events[this.#read]
      if (line !== undefined) {
        this.#read++
        wanted.delete(line)
      } else if (this.#over) {
        throw new Error(`it ended without ${[...wanted].join()}; it said\n${this.#events.join('\n')}`)
      } else {
        await new Promise<void>((resolve) => (this.#tell = resolve))
      }
    }
  }

  /** What it has told so far, as text. */
  get said(): string {
    return this.#events.join('\n')
  }
}
