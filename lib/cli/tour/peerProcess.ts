import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { WireRow } from '@/cli/tour/wireLog.js'

/** Where the other process listens, each port for another purpose. */
export interface PeerPorts {
  readonly digest: number
  readonly count: number
  readonly echo: number
  readonly sink: number
}

/** The other process of the tour. It ends when this one does. */
export class PeerProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  readonly #gone: Promise<void>

  /** @param self what starts this program */
  constructor(self: readonly string[]) {
    const [executable = 'node', ...rest] = self
    this.#child = spawn(executable, [...rest, 'tour-peer'], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#gone = new Promise((resolve) => {
      this.#child.once('close', () => resolve())
      this.#child.once('error', () => resolve())
    })
    this.#child.stdin.on('error', () => {})
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  async ports(): Promise<PeerPorts> {
    const said = await this.#said()
    if (isPorts(said)) return said
    throw new Error('the other process did not say where it listens')
  }

  /** What its first connection wrote and read. */
  async wireRows(): Promise<readonly WireRow[]> {
    this.#child.stdin.write('wire\n')
    const said = await this.#said()
    if (typeof said === 'object' && said !== null && 'rows' in said && Array.isArray(said.rows)) return said.rows
    throw new Error('the other process did not say what it wrote and read')
  }

  async end(): Promise<void> {
    this.#child.stdin.end()
    await this.#gone
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async #said(): Promise<unknown> {
    const line = await this.#lines.next()
    if (line.done === true) throw new Error('the other process has ended')
    return JSON.parse(line.value)
  }
}

const isPorts = (said: unknown): said is PeerPorts =>
  typeof said === 'object' &&
  said !== null &&
  ['digest', 'count', 'echo', 'sink'].every((name) => typeof Reflect.get(said, name) === 'number')
