import { constants, type FileHandle, open } from 'node:fs/promises'
import { FileRefusal } from '@/protocols/files/fileRefusal.js'

const PIECE_BYTES = 262_144

/** A plain file on its way out, read from its start, a piece at a time. */
export class FileSource {
  readonly #handle: FileHandle
  /** Bytes it had when it was opened. */
  readonly size: number

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle
    this.size = size
  }

  /**
   * @param follow whether `path` may be a symbolic link
   * @throws the system's error, or FileRefusal for directories, devices and the like, none of which is ever waited for
   */
  static async open(path: string, follow: boolean): Promise<FileSource> {
    // A pipe without a writer would hold up a plain open for ever.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW))
    try {
      const about = await handle.stat()
      if (about.isDirectory()) throw new FileRefusal('EISDIR')
      if (!about.isFile()) throw new FileRefusal('EACCES')
      return new FileSource(handle, about.size)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** The next `bytes` bytes; fewer when the file has become shorter meanwhile. */
  async *take(bytes: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = bytes; left > 0; ) {
      const piece = Buffer.allocUnsafeSlow(Math.min(left, PIECE_BYTES))
      const { bytesRead } = await this.#handle.read(piece, 0, piece.length)
      if (bytesRead === 0) return
      left -= bytesRead
      yield piece.subarray(0, bytesRead)
    }
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await this.#handle.close().catch(() => {})
  }
}
