import { randomUUID } from 'node:crypto'
import { access, constants, type FileHandle, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FileRefusal } from '@/protocols/files/fileRefusal.js'
import type { Destination } from '@/protocols/files/intake.js'

/**
 * A file on its way in. It has a temporary name beside its final one until it is whole and on the disk; the file
 * that had the final name before stays as it was until then.
 */
export class PartFile implements Destination {
  readonly #handle: FileHandle
  readonly #temporary: string
  readonly #target: string
  #state: 'open' | 'done' = 'open'

  private constructor(handle: FileHandle, temporary: string, target: string) {
    this.#handle = handle
    this.#temporary = temporary
    this.#target = target
  }

  /**
   * @param target absolute, and not a symbolic link; a file that has this name is to be replaced and lends its mode
   * @throws the system's error, or FileRefusal when what has this name is no plain file that we may write
   */
  static async create(target: string): Promise<PartFile> {
    const mode = await modeOf(target)
    const temporary = join(dirname(target), `.framewright-${randomUUID()}.part`)
    const handle = await open(temporary, 'wx', 0o666)
    const file = new PartFile(handle, temporary, target)
    try {
      if (mode !== undefined) await handle.chmod(mode)
    } catch (error) {
      await file.discard()
      throw error
    }
    return file
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) at += (await this.#handle.write(bytes, at)).bytesWritten
  }

  /** Gives the file its name, once its bytes are on the disk. After a throw it is gone. */
  async commit(): Promise<void> {
    try {
      await this.#handle.sync()
      await this.#handle.close()
      await rename(this.#temporary, this.#target)
      this.#state = 'done'
    } catch (error) {
      await this.discard()
      throw error
    }
  }

  /** Throws the bytes away; after `commit` or another `discard` it does nothing. Never rejects. */
  async discard(): Promise<void> {
    if (this.#state === 'done') return
    this.#state = 'done'
    await this.#handle.close().catch(ignore)
    await unlink(this.#temporary).catch(ignore)
  }
}

const modeOf = async (target: string): Promise<number | undefined> => {
  const there = await stat(target).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (there === undefined) return undefined
  if (there.isDirectory()) throw new FileRefusal('EISDIR')
  if (!there.isFile()) throw new FileRefusal('EACCES')
  await access(target, constants.W_OK)
  return there.mode & 0o777
}

const ignore = (): void => {}
