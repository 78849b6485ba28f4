import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemError } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/**
 * Where a stream goes that comes back. A plain file has its name only when it is whole, and until then what had the name
 * before stays; anything else, such as /dev/stdout, is written to at once.
 */
export class OutFile implements AsyncDisposable {
  readonly #handle: FileHandle
  readonly #path: string
  /** Undefined where it is written to at once. */
  #temporary: string | undefined

  private constructor(handle: FileHandle, path: string, temporary: string | undefined) {
    this.#handle = handle
    this.#path = path
    this.#temporary = temporary
  }

  /** @throws TransportError FILE_FAILED */
  static async open(path: string): Promise<OutFile> {
    if (path === '') throw new TransportError('FILE_FAILED', { path, says: 'it has no name' })
    try {
      const there = await stat(path).catch(nothing)
      const temporary =
        there === undefined || there.isFile() ? join(dirname(path), `.framewright-${randomUUID()}.part`) : undefined
      return new OutFile(await open(temporary ?? path, temporary === undefined ? 'w' : 'wx'), path, temporary)
    } catch (error) {
      throw systemError(error, 'FILE_FAILED', { path })
    }
  }

  /** @throws TransportError FILE_FAILED */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#handle.writeFile(bytes)
    } catch (error) {
      throw systemError(error, 'FILE_FAILED', { path: this.#path })
    }
  }

  /** It is whole. @throws TransportError FILE_FAILED */
  async keep(): Promise<void> {
    try {
      await this.#handle.close()
      if (this.#temporary !== undefined) await rename(this.#temporary, this.#path)
      this.#temporary = undefined
    } catch (error) {
      throw systemError(error, 'FILE_FAILED', { path: this.#path })
    }
  }

  /** Throws away what was not kept. Never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close().catch(nothing)
    if (this.#temporary !== undefined) await unlink(this.#temporary).catch(nothing)
  }
}

const nothing = (): undefined => undefined
