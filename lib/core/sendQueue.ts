import { Deque } from '@/bytes/deque.js'
import type { Batch } from '@/core/batch.js'
import { objectionTo } from '@/core/objection.js'
import { BY_REFERENCE_BYTES } from '@/core/outbox.js'
import type { PluginChain } from '@/core/pluginChain.js'
import type { StreamSource } from '@/core/pour.js'
import { systemError } from '@/core/systemError.js'
import type { Framing } from '@/framings/framing.js'

/** A message, or a source of one, that waits for its turn. */
export interface Entry {
  /** Bytes of the payload as it will travel; before plugins have seen it, as it was given. */
  size: number
  payload: Uint8Array | StreamSource
  readonly batch: Batch
  /** Plugins have seen it. They count messages, so from now on it must leave, or the connection breaks. */
  prepared: boolean
  withdrawn: boolean
}

/** The messages that wait, in order. Plugins see each one only when its turn has come, so that none is ever skipped. */
export class SendQueue {
  readonly #framing: Framing
  readonly #chain: PluginChain
  readonly #greetings = new Deque<Entry>()
  readonly #entries = new Deque<Entry>()
  #bytes = 0
  /** Messages are held back until the greetings of the plugins have been exchanged. */
  #held: boolean

  constructor(framing: Framing, chain: PluginChain) {
    this.#framing = framing
    this.#chain = chain
    this.#held = chain.greetingCount > 0
  }

  get length(): number {
    return this.#greetings.length + this.#entries.length
  }

  /** Bytes of the messages that wait here whole. */
  get bytes(): number {
    return this.#bytes
  }

  /** Messages go through plugins. */
  get prepares(): boolean {
    return this.#chain.length > 0
  }

  release(): void {
    this.#held = false
  }

  /** Adds a message; small ones are the caller's again at once. */
  push(payload: Entry['payload'], size: number, batch: Batch, prepared: boolean): Entry {
    const whole = payload instanceof Uint8Array
    const kept = whole && size < BY_REFERENCE_BYTES ? Buffer.from(payload) : payload
    const entry: Entry = {
      size,
      payload: kept,
      batch,
      prepared: prepared || !whole || !this.prepares,
      withdrawn: false,
    }
    if (whole) this.#bytes += size
    if (prepared && this.#held) this.#greetings.push(entry)
    else this.#entries.push(entry)
    return entry
  }

  /** Whose turn it is, ready to leave. @param dropped hears of those that will not leave after all */
  peek(dropped: () => void): Entry | undefined {
    for (;;) {
      const queue = this.#greetings.length > 0 ? this.#greetings : this.#held ? undefined : this.#entries
      const entry = queue?.peek()
      if (entry === undefined || (!entry.withdrawn && this.#prepare(entry))) return entry
      queue?.shift()
      this.forget(entry)
      dropped()
    }
  }

  /** Takes away what `peek` has shown. */
  shift(): void {
    if (this.#greetings.length > 0) this.#greetings.shift()
    else this.#entries.shift()
  }

  /** The entry is no longer held in memory here. */
  forget(entry: Entry): void {
    if (entry.payload instanceof Uint8Array) this.#bytes -= entry.size
  }

  fail(error: Error): void {
    for (const entry of [...this.#greetings.takeAll(), ...this.#entries.takeAll()]) entry.batch.reject(error)
    this.#bytes = 0
  }

  #prepare(entry: Entry): boolean {
    if (entry.prepared || !(entry.payload instanceof Uint8Array)) return true
    try {
      const payload = this.#chain.outbound(entry.payload)
      const objection = objectionTo(this.#framing, payload.length, payload)
      if (objection !== undefined) throw objection
      this.#bytes += payload.length - entry.size
      entry.payload = payload
      entry.size = payload.length
      entry.prepared = true
      return true
    } catch (error) {
      entry.batch.reject(systemError(error, 'PLUGIN_FAILED'))
      return false
    }
  }
}
