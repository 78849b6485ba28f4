import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { Gap } from '@/protocols/lonely/subscriber/gap.js'

const READ_BYTES = 262_144

/**
 * A notification as the application gets it. One from an iteration, or given to a hook, can be read until the next one
 * is asked for, or the hook has returned; `keep` makes that longer. What `bytes` gave stays usable.
 */
export class Received {
  /** As it was sent; any bytes. */
  readonly topic: Buffer
  /** What may have been missed directly before this message; undefined when nothing. */
  readonly gap: Gap | undefined
  readonly #body: Body

  /** @internal */
  constructor(topic: Buffer, body: Body, gap: Gap | undefined) {
    this.topic = topic
    this.gap = gap
    this.#body = body
  }

  /** Bytes. */
  get size(): number {
    return this.#body.size
  }

  /**
   * All bytes; undefined when there are so many that they are kept in a file: see `stream`. Not to be changed, others
   * share them.
   */
  get bytes(): Buffer | undefined {
    return this.#body.bytes
  }

  /** SHA-512 of the bytes, 64 bytes. */
  get digest(): Buffer {
    return this.#body.digest
  }

  /** All bytes, wherever they are kept. @throws TransportError BODY_FAILED */
  async read(): Promise<Buffer> {
    return this.#body.read(0, this.#body.size)
  }

  /** The bytes as UTF-8. @throws TransportError BODY_FAILED */
  async text(): Promise<string> {
    return (await this.read()).toString()
  }

  /** The bytes in pieces of at most 256 KiB, never all at once. @throws TransportError BODY_FAILED */
  async *stream(): AsyncGenerator<Buffer, void, undefined> {
    for (let at = 0; at < this.size; at += READ_BYTES)
      yield await this.#body.read(at, Math.min(READ_BYTES, this.size - at))
  }

  /** It can be read until `release`, too. */
  keep(): this {
    this.#body.retain()
    return this
  }

  /** Once for each `keep`. */
  release(): void {
    this.#body.release()
  }
}
