import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { systemError } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/** What a command sends, as often as it is asked for. */
export interface Payload {
  readonly size: number
  /** Hex, of the whole. */
  readonly sha256: string
  /** Its bytes, once more from the start; a piece is not changed after it was given. */
  pieces(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

const PIECE_BYTES = 1_048_576

/** All of it at once. */
export const whole = async (payload: Payload): Promise<Buffer> => {
  const pieces: Uint8Array[] = []
  for await (const piece of payload.pieces()) pieces.push(piece)
  return Buffer.concat(pieces)
}

export const bytesPayload = (bytes: Uint8Array): Payload => ({
  size: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  pieces: () => [bytes],
})

/** Bytes that look like noise and are the same in every run; however many, little memory holds them. */
export const noisePayload = (size: number): Payload => {
  const block = noise(Math.min(size, PIECE_BYTES))
  function* pieces(): Generator<Uint8Array, void, undefined> {
    for (let at = 0; at < size; at += block.length) yield block.subarray(0, Math.min(block.length, size - at))
  }
  const hash = createHash('sha256')
  for (const piece of pieces()) hash.update(piece)
  return { size, sha256: hash.digest('hex'), pieces }
}

const noise = (size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  let state = 1
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

/** A file, read again for each time it is sent. @throws TransportError FILE_FAILED */
export const filePayload = async (path: string): Promise<Payload> => {
  const hash = createHash('sha256')
  try {
    const { size } = await stat(path)
    for await (const piece of createReadStream(path)) if (piece instanceof Uint8Array) hash.update(piece)
    return {
      size,
      sha256: hash.digest('hex'),
      pieces: () => bytesIn(createReadStream(path, { highWaterMark: 262_144 })),
    }
  } catch (error) {
    throw systemError(error, 'FILE_FAILED', { path })
  }
}

/** Everything until the end of the stream, at most `maxBytes`. */
export const streamPayload = async (stream: Readable, maxBytes: number): Promise<Payload> => {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of bytesIn(stream)) {
    size += piece.length
    if (size > maxBytes) throw new TransportError('FILE_FAILED', { path: '-', limit: maxBytes })
    pieces.push(piece)
  }
  return bytesPayload(Buffer.concat(pieces))
}

async function* bytesIn(stream: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of stream) yield piece instanceof Uint8Array ? piece : Buffer.from(String(piece))
}
