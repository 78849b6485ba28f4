import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import { deviceStream } from '@/cli/deviceStream.js'
import type { Io } from '@/cli/io.js'
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
/** What can be read only once is held whole, and what is short is read only once. */
const MOST_HELD_BYTES = 8_388_608

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

/**
 * A plain file, read again for each time it is sent when it is longer than `MOST_HELD_BYTES`. Anything else, such as a pipe,
 * is read once to its end, and is no longer than that.
 * @param stop gives up the reading @throws TransportError FILE_FAILED, ABORTED
 */
export const filePayload = async (path: string, stop: AbortSignal): Promise<Payload> => {
  try {
    const there = await stat(path)
    if (there.isFile()) return await plainFile(path, stop)
    if (there.isDirectory()) throw new TransportError('FILE_FAILED', { path, says: 'it is a folder' })
    if (there.isSocket())
      throw new TransportError('FILE_FAILED', { path, says: 'it is a socket; standard input is --file -' })
    return await streamPayload(deviceStream(path), path, stop)
  } catch (error) {
    throw systemError(error, stop.aborted ? 'ABORTED' : 'FILE_FAILED', { path })
  }
}

/** What is in it now; what is added later is not sent. */
const plainFile = async (path: string, signal: AbortSignal): Promise<Payload> => {
  const hash = createHash('sha256')
  const held: Uint8Array[] = []
  let size = 0
  for await (const piece of bytesIn(createReadStream(path, { signal }))) {
    hash.update(piece)
    size += piece.length
    if (size <= MOST_HELD_BYTES) held.push(piece)
    else held.length = 0
  }
  const sha256 = hash.digest('hex')
  return { size, sha256, pieces: size <= MOST_HELD_BYTES ? () => held : () => sameBytes(path, size, sha256) }
}

/** The first bytes of a file once more. @throws TransportError FILE_FAILED behind the last when they are others by now */
async function* sameBytes(path: string, size: number, sha256: string): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256')
  for await (const piece of bytesIn(createReadStream(path, { end: size - 1, highWaterMark: 262_144 }))) {
    hash.update(piece)
    yield piece
  }
  if (hash.digest('hex') !== sha256)
    throw new TransportError('FILE_FAILED', { path, says: 'it was changed after it had been read for its SHA-256' })
}

/** Everything until the end of the stream. @throws TransportError FILE_FAILED beyond `MOST_HELD_BYTES` */
export const streamPayload = async (stream: Readable, path: string, stop: AbortSignal): Promise<Payload> => {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of bytesIn(addAbortSignal(stop, stream))) {
    size += piece.length
    if (size > MOST_HELD_BYTES)
      throw new TransportError('FILE_FAILED', {
        path,
        limit: MOST_HELD_BYTES,
        says: 'only a plain file may be longer',
      })
    pieces.push(piece)
  }
  return bytesPayload(Buffer.concat(pieces))
}

/** A file, or standard input for `-`. @throws TransportError FILE_FAILED, ABORTED */
export const givenPayload = (file: string, { stdin, stop }: Pick<Io, 'stdin' | 'stop'>): Promise<Payload> =>
  file === '-' ? streamPayload(stdin, '-', stop) : filePayload(file, stop)

async function* bytesIn(stream: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of stream) yield piece instanceof Uint8Array ? piece : Buffer.from(String(piece))
}
