import { type Ask, askAgain, refusalIn } from '@/protocols/pnet/ask.js'
import { decodePart, type Part, TotalChecksum } from '@/protocols/pnet/parts.js'
import { TransportError } from '@/errors.js'

/** Where a stream waits to be fetched. */
export interface ChunkPlace {
  readonly id: string
  /** As the peer has counted them. */
  readonly parts: number
  readonly ask: Ask
  /** Most bytes that are taken. */
  readonly maxBytes: number
}

/**
 * The stream that a function has returned. Each part is fetched when it is asked for, and checked before it is handed
 * on; that the stream is whole is known when the loop has ended without a throw. To be read once.
 */
export class ChunkStream implements AsyncIterable<Buffer> {
  readonly #place: ChunkPlace
  #taken = false

  constructor(place: ChunkPlace) {
    this.#place = place
  }

  /** How many parts the peer has announced. */
  get parts(): number {
    return this.#place.parts
  }

  /**
   * All of it. @param maxBytes 8 MiB unless given
   * @throws TransportError STREAM_LIMIT, CHECKSUM_DIFFERENT, or what the requests throw
   */
  async bytes(maxBytes = 8_388_608): Promise<Buffer> {
    const pieces: Buffer[] = []
    let size = 0
    for await (const piece of this) {
      size += piece.length
      if (size > maxBytes) throw new TransportError('STREAM_LIMIT', { option: 'maxBytes', size, limit: maxBytes })
      pieces.push(piece)
    }
    return Buffer.concat(pieces, size)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    if (this.#taken) throw new TransportError('ALREADY_STARTED', { what: 'stream' })
    this.#taken = true
    const total = new TotalChecksum()
    let size = 0
    for (let index = 0; ; index++) {
      const part = await this.#fetch(index)
      const whole = 'total' in part && part.total === total.digest() && index === this.parts
      if (whole) return
      if ('total' in part || index >= this.parts) {
        throw new TransportError('CHECKSUM_DIFFERENT', { parts: index, announced: this.parts })
      }
      // No node sends one; a peer could go on so for as long as it likes.
      if (part.bytes.length === 0) throw new TransportError('REPLY_UNREADABLE', { problem: 'a part is empty' })
      total.add(part.part)
      size += part.bytes.length
      const { maxBytes } = this.#place
      if (size > maxBytes) throw new TransportError('STREAM_LIMIT', { option: 'maxStreamBytes', size, limit: maxBytes })
      yield part.bytes
    }
  }

  #fetch(index: number): Promise<{ bytes: Buffer; part: Part } | { total: string }> {
    const { id, ask } = this.#place
    return askAgain(ask, { command: 'CHUNKED_REQUEST', id, index }, (reply) => {
      if (reply.command !== 'CHUNKED_RESPONSE' || reply.stage === 'begin') throw refusalIn(reply)
      if (reply.stage === 'end') return { total: reply.checksum }
      return { bytes: decodePart(reply.part), part: reply.part }
    })
  }
}
