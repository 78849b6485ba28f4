import type { Spool } from '@/protocols/pnet/spool.js'
import type { UniversalTag } from '@/protocols/pnet/universal.js'
import { TransportError } from '@/errors.js'

/** What a function is given. Streams lie on the disk, so they can be read more than once. */
export class CallInput implements AsyncIterable<Buffer> {
  /** How a value that came whole was marked; undefined for what came as a stream of bytes. */
  readonly tag: UniversalTag | undefined
  readonly #content: Buffer | Spool

  /** @param content without the tag */
  constructor(content: Buffer | Spool, tag?: UniversalTag) {
    this.#content = content
    this.tag = tag
  }

  get sizeBytes(): number {
    return Buffer.isBuffer(this.#content) ? this.#content.length : this.#content.sizeBytes
  }

  /** All of it. @throws TransportError STREAM_LIMIT when it is more than `maxBytes` */
  async bytes(maxBytes = 8_388_608): Promise<Buffer> {
    const size = this.sizeBytes
    if (size > maxBytes) throw new TransportError('STREAM_LIMIT', { option: 'maxBytes', size, limit: maxBytes })
    return Buffer.isBuffer(this.#content) ? this.#content : this.#content.read(0, size)
  }

  /** All of it as UTF-8. @throws TransportError STREAM_LIMIT */
  async text(maxBytes?: number): Promise<string> {
    return (await this.bytes(maxBytes)).toString()
  }

  /** In pieces of at most 64 KiB, from the start. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    if (Buffer.isBuffer(this.#content)) yield this.#content
    else yield* this.#content.pieces()
  }
}
