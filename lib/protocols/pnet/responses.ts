import { unlessAborted } from '@/core/index.js'
import { cut } from '@/protocols/pnet/cut.js'
import { discard } from '@/protocols/pnet/nodeFunction.js'
import type { StreamReply } from '@/protocols/pnet/nodeReply.js'
import { encodePart, TotalChecksum } from '@/protocols/pnet/parts.js'
import { Spool, type SpoolPlace } from '@/protocols/pnet/spool.js'
import { type KeptStream, StreamTable } from '@/protocols/pnet/streamTable.js'
import { Strikes } from '@/protocols/pnet/strikes.js'
import { TransportError } from '@/errors.js'

interface Kept extends KeptStream {
  readonly spool: Spool
  readonly parts: number
  readonly total: string
  next: number
}

/** How many, for how long, and how they are cut. */
export interface ResponseLimits {
  readonly maxResponses: number
  readonly maxResponsesPerAddress: number
  readonly streamIdleMs: number
  readonly chunkBytes: number
}

/** Streams that functions have returned, for peers to fetch part by part, in any order and as often as they need. */
export class Responses {
  readonly #kept: StreamTable<Kept>
  readonly #limits: ResponseLimits
  readonly #place: SpoolPlace
  readonly #now: () => number
  readonly #newId: () => string
  readonly #strikes = new Strikes()

  constructor(limits: ResponseLimits, place: SpoolPlace, now: () => number, newId: () => string) {
    const { maxResponses: most, maxResponsesPerAddress: mostOfEach, streamIdleMs: idleMs } = limits
    this.#kept = new StreamTable({ most, mostOfEach, idleMs }, now)
    this.#limits = limits
    this.#place = place
    this.#now = now
    this.#newId = newId
  }

  get size(): number {
    return this.#kept.size
  }

  /**
   * Reads a stream to its end: its parts must be counted before the first is handed out.
   * @param owner the address that has asked for it, as far as that is known
   * @throws TransportError STREAM_LIMIT, FILE_FAILED, NOT_BYTES, ABORTED, or what the stream throws; nothing is kept then
   */
  async keep(
    stream: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    owner?: string,
  ): Promise<{ id: string; parts: number }> {
    const { maxResponses, maxResponsesPerAddress, chunkBytes } = this.#limits
    if (!this.#kept.enter(owner)) {
      discard(stream)
      throw new TransportError('STREAM_LIMIT', { option: 'maxResponses', maxResponses, maxResponsesPerAddress })
    }
    const spool = new Spool(this.#place, owner)
    const chunks = cut(stream, chunkBytes)
    try {
      const total = new TotalChecksum()
      let parts = 0
      for (;;) {
        const { done, value: chunk } = await unlessAborted(chunks.next(), signal)
        if (done === true) break
        await spool.append(chunk)
        total.add(encodePart(chunk))
        parts++
      }
      const id = this.#newId()
      const place = { owner, spool, close: () => spool.close(), touchedMs: this.#now() }
      this.#kept.add(id, { ...place, parts, total: total.digest(), next: 0 })
      return { id, parts }
    } catch (error) {
      chunks.return().catch(ignore)
      discard(stream)
      this.#kept.leave(owner)
      await spool.close()
      throw error
    }
  }

  /**
   * The part at this index, or, behind the last one, the checksum of them all.
   * @param index undefined where the peer has not said, which is the next one
   */
  async part(id: string, index: number | undefined): Promise<StreamReply | 'wrong id'> {
    const kept = this.#kept.get(id)
    if (kept === undefined) return this.#strikes.count(id)
    const at = index ?? kept.next
    if (at > kept.parts) return 'wrong id'
    kept.next = at + 1
    if (at === kept.parts) {
      await this.#kept.drop(id)
      return { command: 'CHUNKED_RESPONSE', stage: 'end', checksum: kept.total }
    }
    const { chunkBytes } = this.#limits
    const chunk = await kept.spool.read(at * chunkBytes, chunkBytes)
    return { command: 'CHUNKED_RESPONSE', stage: 'part', part: encodePart(chunk) }
  }

  /** Forgets those that nobody has asked for in too long. */
  expire(): void {
    this.#kept.expire()
  }

  close(): Promise<void> {
    return this.#kept.close()
  }
}

const ignore = (): void => {}
