import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { bodyFailed, FileBody } from '@/protocols/lonely/bodies/fileBody.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'

/**
 * A temporary file that nobody else can open. Where the system allows it, it loses its name at once, so that nothing is
 * left behind whatever happens; elsewhere when it is closed.
 */
export class SpoolFile {
  readonly #handle: FileHandle
  /** Still to be removed. */
  readonly #path: string | undefined
  #at = 0
  #state: 'open' | 'closed' = 'open'

  private constructor(handle: FileHandle, path: string | undefined) {
    this.#handle = handle
    this.#path = path
  }

  /** @throws TransportError BODY_FAILED */
  static async create(folder: string): Promise<SpoolFile> {
    const path = join(folder, `framewright-${randomUUID()}.spool`)
    const handle = await open(path, 'wx+', 0o600).catch((error: unknown) => {
      throw bodyFailed(error, path)
    })
    const gone = await unlink(path).then(
      () => true,
      () => false,
    )
    return new SpoolFile(handle, gone ? undefined : path)
  }

  /** @throws TransportError BODY_FAILED */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#at)
        done += bytesWritten
        this.#at += bytesWritten
      }
    } catch (error) {
      throw bodyFailed(error)
    }
  }

  /** What has been appended, to be read. @param freed called when the file is no longer needed */
  asBody(size: number, digest: Buffer, freed: () => void): Body {
    return new FileBody(this.#handle, size, digest, () => {
      freed()
      this.discard()
    })
  }

  /** Throws the bytes away. */
  discard(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    void this.#remove()
  }

  async #remove(): Promise<void> {
    await this.#handle.close().catch(ignore)
    if (this.#path !== undefined) await unlink(this.#path).catch(ignore)
  }
}

const ignore = (): void => {}
