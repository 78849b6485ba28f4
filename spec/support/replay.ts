import { readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { hex } from './hex.js'
import { lcg32 } from './lcg32.js'
import { portOf } from './portOf.js'

export type Side = 'client' | 'server'

/** One step of a recording: bytes of one side, as hex or from a generator, or the end of its stream. */
export interface RecordedStep {
  readonly from: Side
  readonly hex?: string
  readonly length?: number
  readonly gen?: { readonly name: string; readonly seed: number; readonly size: number; readonly offset?: number }
  readonly close?: 'fin' | 'rst'
}

/** One recorded conversation. */
export interface Recording<Meta> {
  readonly name: string
  readonly description: string
  readonly steps: readonly RecordedStep[]
  readonly meta: Meta
}

/** The cases of a file in `spec/vectors`, such as `tinyproto`; `Meta` is what the file says about each. */
export const recordingsOf = <Meta>(file: string): readonly Recording<Meta>[] => {
  const parsed: { cases: Recording<Meta>[] } = JSON.parse(readFileSync(`spec/vectors/${file}.json`, 'utf8'))
  return parsed.cases
}

/** The bytes of one step; none for a close. */
export const bytesOf = (step: RecordedStep): Buffer => {
  const { gen, length } = step
  if (gen === undefined) return hex(step.hex ?? '')
  if (gen.name !== 'lcg32') throw new Error(`no generator is called ${gen.name}`)
  return Buffer.from(lcg32(gen.seed, length ?? gen.size, gen.offset ?? 0))
}

/** All the bytes that one side sends in these steps. */
export const streamOf = (steps: readonly RecordedStep[], side: Side): Buffer =>
  Buffer.concat(steps.filter((step) => step.from === side).map(bytesOf))

/**
 * Plays one side of a recording against a real peer: each own step is taken only after all earlier steps of the other
 * side have arrived. Bytes are compared as a stream, however they were cut.
 */
export class Replay implements AsyncDisposable {
  /** Every own step is taken and everything expected has arrived. Rejects at the first byte that differs. */
  readonly played: Promise<void>
  /** How the other side ended its stream. Rejects if it sent anything that was not recorded. */
  readonly ended: Promise<'fin' | 'rst'>
  readonly #side: Side
  readonly #steps: readonly RecordedStep[]
  readonly #expected: Buffer
  readonly #socket: Socket
  readonly #gone: Promise<void>
  #arrivedBytes = 0
  #passedBytes = 0
  #at = 0
  #otherEnded = false
  #finish: () => void = ignore
  #end: (how: 'fin' | 'rst') => void = ignore
  #fail: (error: Error) => void = ignore

  /** @param socket connected, and made with `allowHalfOpen` */
  constructor(socket: Socket, steps: readonly RecordedStep[], side: Side) {
    this.#socket = socket
    this.#steps = steps
    this.#side = side
    this.#expected = streamOf(steps, side === 'client' ? 'server' : 'client')
    const failed = new Promise<never>((_, reject) => {
      this.#fail = reject
    })
    const played = new Promise<void>((resolve) => {
      this.#finish = resolve
    })
    const ended = new Promise<'fin' | 'rst'>((resolve) => {
      this.#end = resolve
    })
    this.played = Promise.race([played, failed])
    this.ended = Promise.race([ended, failed])
    this.played.catch(ignore)
    this.ended.catch(ignore)
    this.#gone = new Promise((resolve) => {
      socket.once('close', resolve)
    })
    this.#listen()
    this.#advance()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy()
    await this.#gone
  }

  #listen(): void {
    let reset = false
    this.#socket.on('data', (chunk: Buffer) => this.#arrived(chunk))
    this.#socket.on('error', () => {
      reset = true
    })
    this.#socket.on('end', () => this.#over('fin'))
    this.#socket.on('close', () => this.#over(reset ? 'rst' : 'fin'))
  }

  #over(how: 'fin' | 'rst'): void {
    this.#otherEnded = true
    this.#end(how)
    this.#advance()
    const missing = this.#expected.subarray(this.#arrivedBytes)
    if (missing.length > 0) this.#fail(new Error(`it ended (${how}) before it had sent ${shown(missing)}`))
  }

  #arrived(chunk: Buffer): void {
    const expected = this.#expected.subarray(this.#arrivedBytes, this.#arrivedBytes + chunk.length)
    if (!chunk.equals(expected)) {
      const at = `at byte ${this.#arrivedBytes} of its stream`
      return this.#fail(new Error(`${at} it sent ${shown(chunk)} where ${shown(expected)} was recorded`))
    }
    this.#arrivedBytes += chunk.length
    this.#advance()
  }

  #advance(): void {
    for (let step = this.#steps[this.#at]; step !== undefined; step = this.#steps[++this.#at]) {
      if (step.from === this.#side) this.#perform(step)
      else if (!this.#hasArrived(step)) return
    }
    this.#finish()
  }

  #hasArrived(step: RecordedStep): boolean {
    if (step.close !== undefined) return this.#otherEnded
    const until = this.#passedBytes + (step.length ?? (step.hex ?? '').length / 2)
    if (this.#arrivedBytes < until) return false
    this.#passedBytes = until
    return true
  }

  #perform(step: RecordedStep): void {
    if (step.close === 'fin') this.#socket.end()
    else if (step.close === 'rst') this.#socket.resetAndDestroy()
    else this.#socket.write(bytesOf(step))
  }
}

/** Plays the recorded client against a server that listens at this port of 127.0.0.1. */
export const playClient = (steps: readonly RecordedStep[], port: number): Promise<Replay> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(new Replay(socket, steps, 'client'))
    })
  })

/** A recorded server that waits for its client. */
export interface RecordedServer extends AsyncDisposable {
  readonly port: number
  readonly replay: Promise<Replay>
}

/** Listens, and plays the recorded server to the first client that connects. */
export const playServer = async (steps: readonly RecordedStep[]): Promise<RecordedServer> => {
  const listener = createServer({ allowHalfOpen: true, noDelay: true })
  let playing: Replay | undefined
  const replay = new Promise<Replay>((resolve) => {
    listener.once('connection', (socket) => resolve((playing = new Replay(socket, steps, 'server'))))
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(listener),
    replay,
    [Symbol.asyncDispose]: async () => {
      await playing?.[Symbol.asyncDispose]()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

const ignore = (): void => {}
const shown = (bytes: Buffer): string =>
  bytes.length === 0 ? 'nothing' : `${bytes.subarray(0, 16).toString('hex')}${bytes.length > 16 ? '...' : ''}`
