import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { End } from '@/bench/end.js'
import { keepOnCore } from '@/bench/ownCore.js'
import { wordsOf } from '@/errors.js'

export interface Order {
  readonly id: number
  /** Several ends may live in one process. */
  readonly end: number
  readonly act: keyof End
  readonly args: readonly unknown[]
}

/** Either `result`, which only whoever gave the order knows the type of, or `error`. */
export type Reply =
  | { readonly id: number; readonly error: string }
  | { readonly id: number; readonly error?: undefined; readonly result: never }

interface Waiting {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/** How an end in a process of its own is started and waited for. */
export interface RemoteEndOptions {
  /** For each thing it is told. */
  readonly timeoutMs: number
  /** Ends its process at once. */
  readonly signal?: AbortSignal
  /** Beside those of this process. */
  readonly execArgv?: readonly string[]
  /** Beside that of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** The same file when it is run from its source as when it has been built. */
const PROGRAM = fileURLToPath(new URL(`./endProcess${extname(import.meta.url)}`, import.meta.url))
const FAREWELL_MS = 2_000
/** Whoever named a contender has been told already of what kind its module is. */
const SILENCED = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'

let orders = 0
let ends = 0

/** One end of a contender in another process. Whatever goes wrong there, or takes too long, rejects here. */
export class RemoteEnd {
  readonly #name: string
  readonly #number = ends++
  readonly #timeoutMs: number
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  #gone: Error | undefined

  /** @param housemate in whose process it is to live; without one it gets a process of its own @throws Error that of a signal that has fired */
  constructor(name: string, options: RemoteEndOptions, housemate?: RemoteEnd) {
    this.#name = name
    this.#timeoutMs = options.timeoutMs
    this.#process = housemate === undefined ? begun(options) : housemate.#process
    this.#process.on('message', (reply: Reply) => this.#heard(reply))
    this.#process.on('error', (error) => this.#lost(error))
    this.#process.on('exit', (code, signal) => this.#lost(new Error(`its process ended (${signal ?? code})`)))
  }

  /** Tells it to do something. @throws Error what it threw, or that it did not settle in time */
  async tell<Act extends keyof End>(act: Act, ...args: Parameters<End[Act]>): Promise<Awaited<ReturnType<End[Act]>>> {
    const id = orders++
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<Awaited<ReturnType<End[Act]>>>((resolve, reject) => {
        if (this.#gone !== undefined) return reject(this.#gone)
        this.#waiting.set(id, { resolve, reject })
        timer = setTimeout(() => reject(new Error(`did not settle within ${this.#timeoutMs} ms`)), this.#timeoutMs)
        this.#process.send({ id, end: this.#number, act, args } satisfies Order)
      })
    } catch (error) {
      throw new Error(`${this.#name}: ${act}: ${wordsOf(error)}`, {
        cause: error,
      })
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(id)
    }
  }

  /** @returns whether from now on its process stays on this core */
  keepOnCore(core: number): boolean {
    return keepOnCore(this.#process.pid, core)
  }

  /** Ends its process, and all ends that live there. */
  async dismiss(): Promise<void> {
    if (this.#gone !== undefined) return
    const gone = once(this.#process, 'exit')
    if (this.#process.connected) this.#process.disconnect()
    const impatience = setTimeout(() => this.#process.kill('SIGKILL'), FAREWELL_MS)
    await gone
    clearTimeout(impatience)
  }

  #heard(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    if (reply.error === undefined) waiting?.resolve(reply.result)
    else waiting?.reject(new Error(reply.error))
  }

  #lost(error: Error): void {
    this.#gone ??= error
    for (const waiting of this.#waiting.values()) waiting.reject(error)
  }
}

const begun = ({ execArgv = [], env, signal }: RemoteEndOptions): ChildProcess => {
  signal?.throwIfAborted()
  const child = fork(PROGRAM, [], {
    execArgv: [...process.execArgv, SILENCED, ...execArgv],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  // Each end that lives there listens.
  child.setMaxListeners(0)
  const stop = (): void => void child.kill('SIGKILL')
  signal?.addEventListener('abort', stop, { once: true })
  child.once('exit', () => signal?.removeEventListener('abort', stop))
  return child
}
