import { type Checked, unlessAborted } from '@/core/index.js'
import type { StreamLimits } from '@/protocols/pnet/advancedOptions.js'
import { type Ask, refusalIn } from '@/protocols/pnet/ask.js'
import { ChunkStream } from '@/protocols/pnet/chunkStream.js'
import { isStream } from '@/protocols/pnet/nodeFunction.js'
import { Spool, type SpoolPlace } from '@/protocols/pnet/spool.js'
import type { NodeReply } from '@/protocols/pnet/nodeReply.js'
import type { Picklable, PickleValue } from '@/protocols/pnet/pickle/pickleValue.js'
import { decodeUniversal, encodeUniversal } from '@/protocols/pnet/universal.js'
import { type Source, uploadStream } from '@/protocols/pnet/uploadStream.js'
import { TransportError } from '@/errors.js'

/**
 * What a function can be given: a value that fits into one chunk, bytes of any size, or a stream. A stream without a
 * known size is put on the disk first.
 */
export type Sendable = Picklable | AsyncIterable<Uint8Array> | Source

/** What a function has given: a value, or a stream that is fetched as it is read. */
export type Answer =
  | { readonly kind: 'value'; readonly value: PickleValue }
  | { readonly kind: 'stream'; readonly stream: ChunkStream }

/** What is sent, ready for as many peers as there are. */
export interface Prepared extends AsyncDisposable {
  /** The universal encoding of a value that goes whole, or a stream. */
  readonly content: { readonly whole: Buffer } | { readonly source: Source }
}

/** What a caller is made from. */
export interface CallerParts {
  /** Of the node: by this name its calls come. */
  readonly name: string
  readonly limits: Checked<StreamLimits>
  readonly place: SpoolPlace
  readonly newId: () => string
}

/** Calls functions of peers. @see WIRE.md, "commands" and "streams" */
export class Caller {
  readonly #parts: CallerParts

  constructor(parts: CallerParts) {
    this.#parts = parts
  }

  /**
   * @param signal a stream that is put on the disk is left at its next piece
   * @throws TransportError MESSAGE_UNSENDABLE for a value above `chunkBytes` that is no bytes; STREAM_LIMIT, FILE_FAILED,
   * SOURCE_FAILED, NOT_BYTES, ABORTED
   */
  async prepare(data: Sendable, signal: AbortSignal | undefined): Promise<Prepared> {
    if (isSource(data)) return ready({ source: data })
    if (isStream(data)) return orClosed(this.#spooled(data, signal), signal)
    const whole = encodeUniversal(data)
    const { chunkBytes } = this.#parts.limits
    if (whole.length <= chunkBytes) return ready({ whole })
    if (data instanceof Uint8Array) return ready({ source: { sizeBytes: data.length, pieces: () => [data] } })
    const problem = 'only bytes and streams may be larger than a chunk'
    throw new TransportError('MESSAGE_UNSENDABLE', { size: whole.length, limit: chunkBytes, problem })
  }

  /** @throws TransportError FUNCTION_UNKNOWN, CHECKSUM_DIFFERENT, CALL_FAILED, REPLY_UNREADABLE, or what the requests throw */
  async call(functionName: string, { content }: Prepared, ask: Ask): Promise<Answer> {
    const { name: originator, limits, newId } = this.#parts
    const reply =
      'whole' in content
        ? await ask({ command: 'RAW', functionName, originator, data: content.whole })
        : await uploadStream(content.source, {
            ask,
            functionName,
            originator,
            id: newId(),
            chunkBytes: limits.chunkBytes,
          })
    return this.#answerIn(reply, ask)
  }

  #answerIn(reply: NodeReply, ask: Ask): Answer {
    if (reply.command === 'CHUNKED_RESPONSE' && reply.stage === 'begin') {
      const { id, parts } = reply
      const { maxStreamBytes: maxBytes } = this.#parts.limits
      return { kind: 'stream', stream: new ChunkStream({ id, parts, ask, maxBytes }) }
    }
    if (reply.command !== 'RESPONSE') throw refusalIn(reply)
    return { kind: 'value', value: reply.data === undefined ? null : valueIn(reply.data) }
  }

  async #spooled(stream: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<Prepared> {
    const spool = new Spool(this.#parts.place)
    try {
      for await (const piece of stream) {
        if (signal?.aborted === true) throw new TransportError('ABORTED', {}, { cause: signal.reason })
        if (!(piece instanceof Uint8Array)) throw new TransportError('NOT_BYTES', { type: typeof piece })
        await spool.append(piece)
      }
    } catch (error) {
      await spool.close()
      if (error instanceof TransportError) throw error
      throw new TransportError('SOURCE_FAILED', { given: spool.sizeBytes }, { cause: error })
    }
    return ready({ source: spool }, () => spool.close())
  }
}

const ready = (content: Prepared['content'], close: () => Promise<void> = nothing): Prepared => ({
  content,
  [Symbol.asyncDispose]: close,
})

const nothing = async (): Promise<void> => {}

/** What is ready too late is closed. */
const orClosed = async (preparing: Promise<Prepared>, signal: AbortSignal | undefined): Promise<Prepared> => {
  try {
    return await unlessAborted(preparing, signal)
  } catch (error) {
    preparing.then((prepared) => prepared[Symbol.asyncDispose](), ignore)
    throw error
  }
}

const isSource = (data: Sendable): data is Source =>
  typeof data === 'object' && data !== null && 'pieces' in data && typeof data.pieces === 'function'

const valueIn = (universal: Buffer): PickleValue => {
  try {
    return decodeUniversal(universal)
  } catch (cause) {
    throw new TransportError('REPLY_UNREADABLE', { argument: 'dt' }, { cause })
  }
}

const ignore = (): void => {}
