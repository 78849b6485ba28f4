import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { CHANNEL_PREFIX, type EventName, type EventOf } from '@/core/index.js'

/** Bytes that one end wrote at once, or found at once. Times are milliseconds of a clock that all processes share. */
export interface WireRow {
  readonly atMs: number
  readonly how: 'wrote' | 'read'
  readonly bytes: number
  /** Of the first bytes. */
  readonly hex: string
  /** What was said with it. */
  readonly meaning: string
}

const SHOWN_BYTES = 8

/** Writes down what one connection of this process writes and reads: the first that opens after the log was begun. */
export class WireLog {
  readonly rows: WireRow[] = []
  #id: string | undefined
  #meaning: string[] = []
  /** When the first of it was said: before the write that carries it. */
  #saidMs: number | undefined
  readonly #heard: readonly (readonly [channel: string, listener: (event: unknown) => void])[]
  /** What to add to the times of the events, which begin with the process. */
  readonly #offsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now()

  constructor() {
    this.#heard = [
      this.#on('open', ({ id }) => {
        this.#id ??= id
      }),
      this.#on('opening', ({ atMs, direction, byte }) => {
        this.#said(atMs, direction, byte === 0xff ? 'hello, I am here' : 'there is no place')
      }),
      this.#on('length', ({ atMs, direction, bytes }) => this.#said(atMs, direction, `${bytes} bytes for you?`)),
      this.#on('answer', ({ atMs, direction, byte }) => this.#said(atMs, direction, byte === 0xff ? 'yes' : 'no')),
      this.#on('payload', ({ atMs, direction, state, bytes }) => {
        if (state === 'started') this.#said(atMs, direction, `the ${bytes} bytes`)
      }),
      this.#on('write', ({ atMs, takenBytes, chunk }) => {
        this.#row(this.#saidMs ?? atMs, 'wrote', takenBytes, chunk, this.#meaning.join('; '))
        this.#meaning = []
        this.#saidMs = undefined
      }),
      this.#on('read', ({ atMs, bytes, chunk }) => this.#row(atMs, 'read', bytes, chunk, '')),
    ]
    for (const [channel, listener] of this.#heard) subscribe(channel, listener)
  }

  end(): void {
    for (const [channel, listener] of this.#heard) unsubscribe(channel, listener)
  }

  #on<Name extends EventName>(
    name: Name,
    listener: (event: EventOf<Name>) => void,
  ): readonly [string, (event: unknown) => void] {
    const own = (event: unknown): void => {
      if (isEvent<Name>(event) && (this.#id === undefined || event.id === this.#id)) listener(event)
    }
    return [CHANNEL_PREFIX + name, own]
  }

  #said(atMs: number, direction: 'inbound' | 'outbound', words: string): void {
    if (direction === 'inbound') return
    this.#meaning.push(words)
    this.#saidMs ??= atMs
  }

  #row(atMs: number, how: 'wrote' | 'read', bytes: number, chunk: Uint8Array, meaning: string): void {
    if (bytes === 0) return
    const hex = Buffer.from(chunk.subarray(0, Math.min(bytes, SHOWN_BYTES))).toString('hex')
    this.rows.push({ atMs: atMs + this.#offsetMs, how, bytes, hex, meaning })
  }
}

/** The core publishes nothing else on these channels. */
const isEvent = <Name extends EventName>(event: unknown): event is EventOf<Name> =>
  typeof event === 'object' && event !== null && 'id' in event && 'atMs' in event
