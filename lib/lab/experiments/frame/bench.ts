import { connect, createServer, type Server, type Socket, type ServerOpts, type TcpNetConnectOpts } from 'node:net'
import { boundTo, ConnectionDetails, handled, listenAt } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/** How far a run is, for who watches. @param share of all, 0 to 1, where that is known */
export type Progress = (doing: string, share?: number) => void

export interface BenchOptions {
  readonly signal: AbortSignal
  /** Share of the rounds and waits that is done: more than 0, 1 for all. Less is quicker and less exact. */
  readonly effort: number
  readonly progress: Progress
  /** The Node.js that may be started as a process of its own. */
  readonly node?: string | undefined
}

const HOST = '127.0.0.1'
const BACKLOG = 511

/**
 * What an experiment works on. It closes everything that was made on it or given to it, the last first, also after a
 * failure or when the run is given up; from then on it makes nothing more.
 */
export class Bench implements AsyncDisposable {
  readonly signal: AbortSignal
  /** What may be started as a process of its own; undefined where nothing may. */
  readonly node: string | undefined
  readonly #effort: number
  readonly #progress: Progress
  readonly #things: (Disposable | AsyncDisposable)[] = []
  #closing: Promise<void> | undefined

  constructor({ signal, effort, progress, node }: BenchOptions) {
    this.signal = signal
    this.node = node
    this.#effort = effort
    this.#progress = progress
  }

  /** So many of these for the effort that is made. @param least what the lesson cannot do without */
  rounds(full: number, least = 1): number {
    return Math.max(least, Math.round(full * this.#effort))
  }

  /** Tells who watches. @throws what the run was given up for */
  say(doing: string, share?: number): void {
    this.signal.throwIfAborted()
    this.#progress(doing, share)
  }

  /**
   * Closes it at the end. @returns the thing
   * @throws what the run was given up for, after it has closed the thing
   */
  use<Thing extends Disposable | AsyncDisposable>(thing: Thing): Thing {
    this.#things.push(thing)
    if (!this.#over) return thing
    this.#closeAll().catch(() => {})
    throw this.signal.reason ?? new TransportError('ABORTED', { reason: 'the experiment is over' })
  }

  /** A server or client, which is destroyed at the end. @returns the thing @throws as `use` does */
  host<Thing extends { destroy(): Promise<void> }>(thing: Thing): Thing {
    this.use({ [Symbol.asyncDispose]: () => thing.destroy() })
    return thing
  }

  /** Listens on a port of its own; the sockets that come are closed at the end. */
  async listen(
    met: (socket: Socket) => void,
    { backlog = BACKLOG, ...options }: ServerOpts & { readonly backlog?: number } = {},
  ): Promise<{ readonly port: number; readonly server: Server }> {
    this.signal.throwIfAborted()
    const server = createServer(options, (socket) => {
      // Who comes now comes too late.
      if (this.#over) socket.destroy()
      else met(this.#socket(socket))
    })
    const listening = listenAt(server, new ConnectionDetails(HOST, 0), backlog)
    // What does not listen yet cannot be closed.
    this.use({ [Symbol.asyncDispose]: () => listening.then(closed) })
    await listening
    return { port: boundTo(server).port, server }
  }

  /** A socket that is on its way to a port of this machine. Its errors are nobody's unless listened for. */
  dial(port: number, options: Omit<TcpNetConnectOpts, 'port' | 'host'> = {}): Socket {
    this.signal.throwIfAborted()
    return this.#socket(connect({ ...options, port, host: HOST }))
  }

  /** A socket that is connected. @throws the error of the system */
  async connect(port: number, options: Omit<TcpNetConnectOpts, 'port' | 'host'> = {}): Promise<Socket> {
    const socket = this.dial(port, options)
    await this.event((done, failed) => socket.once('connect', done).once('error', failed))
    return socket
  }

  /**
   * Waits for what `start` calls; may be begun long before it is awaited.
   * @throws what it fails with, or what the run was given up for
   */
  event<Value = void>(
    start: (done: (value: Value) => void, failed: (error: unknown) => void) => unknown,
  ): Promise<Value> {
    const { signal } = this
    const promise = new Promise<Value>((resolve, reject) => {
      const aborted = (): void => reject(signal.reason)
      if (signal.aborted) return aborted()
      const over = (): void => signal.removeEventListener('abort', aborted)
      signal.addEventListener('abort', aborted, { once: true })
      const done = (value: Value): void => {
        over()
        resolve(value)
      }
      const failed = (error: unknown): void => {
        over()
        reject(error)
      }
      start(done, failed)
    })
    return handled(promise)
  }

  /** The next bytes that come. @throws the error of the socket, or that it closed */
  next(socket: Socket): Promise<Buffer> {
    let settle: () => void = () => {}
    const chunk = this.event<Buffer>((done, failed) => {
      let cause: Error | undefined
      const broken = (error: Error): void => void (cause = error)
      const closed = (): void => failed(cause ?? new TransportError('REMOTE_ENDED'))
      socket.once('data', done).once('error', broken).once('close', closed)
      settle = () => socket.off('data', done).off('error', broken).off('close', closed)
    })
    return handled(chunk.finally(() => settle()))
  }

  /** Lets time pass. @throws what the run was given up for */
  pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    return this.event((done) => {
      timer = setTimeout(done, ms)
    }).finally(() => clearTimeout(timer))
  }

  /**
   * Looks again and again until it holds.
   * @param withinMs what comes at once comes within the usual, however busy this machine is
   * @returns whether it did within this time
   */
  async until(holds: () => boolean, withinMs = PATIENCE_MS): Promise<boolean> {
    const endMs = performance.now() + withinMs
    while (!holds()) {
      if (performance.now() > endMs) return false
      await this.pause(LOOK_MS)
    }
    return true
  }

  /** Closes everything. Resolves when all of it is gone. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  get #over(): boolean {
    return this.#closing !== undefined || this.signal.aborted
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = []
    for (let thing = this.#things.pop(); thing !== undefined; thing = this.#things.pop()) {
      try {
        if (Symbol.asyncDispose in thing) await thing[Symbol.asyncDispose]()
        else thing[Symbol.dispose]()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  #socket(socket: Socket): Socket {
    socket.on('error', ignore)
    this.use({
      [Symbol.asyncDispose]: () =>
        new Promise<void>((resolve) => {
          if (socket.closed) return resolve()
          socket.once('close', () => resolve()).destroy()
        }),
    })
    return socket
  }
}

const LOOK_MS = 2
const PATIENCE_MS = 5_000
const ignore = (): void => {}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
  })
