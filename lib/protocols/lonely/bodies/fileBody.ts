import { createHash } from 'node:crypto'
import { type FileHandle, open, stat } from 'node:fs/promises'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import { TransportError } from '@/errors.js'

const HASHED_BYTES = 1_048_576

/** A body in an open file. */
export class FileBody implements Body {
  readonly size: number
  readonly digest: Buffer
  readonly bytes = undefined
  readonly #handle: FileHandle
  readonly #freed: () => void
  #readers = 1

  /** @param freed called once, when nobody needs the body any more; it closes the file */
  constructor(handle: FileHandle, size: number, digest: Buffer, freed: () => void) {
    this.#handle = handle
    this.size = size
    this.digest = digest
    this.#freed = freed
  }

  /**
   * A file that is there already. It is read once for its digest, and must not change while it is used. Pipes and
   * devices have no size that could go ahead of them, and would be waited for.
   * @throws TransportError BODY_FAILED
   */
  static async open(path: string): Promise<FileBody> {
    const kind = await stat(path).catch((error: unknown) => {
      throw bodyFailed(error, path)
    })
    if (!kind.isFile()) throw new TransportError('BODY_FAILED', { path, problem: 'it is no regular file' })
    const handle = await open(path).catch((error: unknown) => {
      throw bodyFailed(error, path)
    })
    const close = (): void => void handle.close().catch(ignore)
    try {
      const { size } = await handle.stat()
      const hash = createHash('sha512')
      for (let at = 0; at < size; at += HASHED_BYTES)
        hash.update(await readAt(handle, at, Math.min(HASHED_BYTES, size - at)))
      return new FileBody(handle, size, hash.digest(), close)
    } catch (error) {
      close()
      throw bodyFailed(error, path)
    }
  }

  read(at: number, length: number): Promise<Buffer> {
    return readAt(this.#handle, at, length).catch((error: unknown) => {
      throw bodyFailed(error)
    })
  }

  retain(): void {
    this.#readers++
  }

  release(): void {
    if (--this.#readers === 0) this.#freed()
  }
}

const readAt = async (handle: FileHandle, at: number, length: number): Promise<Buffer> => {
  const bytes = Buffer.allocUnsafe(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, at + done)
    if (bytesRead === 0)
      throw new TransportError('BODY_FAILED', { at: at + done, problem: 'the file has become shorter' })
    done += bytesRead
  }
  return bytes
}

/** What went wrong below, as an error of ours. */
export const bodyFailed = (error: unknown, path?: string): TransportError => {
  if (error instanceof TransportError) return error
  const system = error instanceof Error && 'code' in error ? String(error.code) : undefined
  return new TransportError('BODY_FAILED', { path, system }, { cause: error })
}

const ignore = (): void => {}
