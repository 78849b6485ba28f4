import { closeSync, openSync, writeSync } from 'node:fs'
import { systemError } from '@/core/index.js'

/**
 * A file that is written at once, piece by piece, so that it can be read while it grows and nothing piles up in memory.
 * When a write fails, it says so once and writes no more.
 */
export class CaptureFile {
  readonly #path: string
  readonly #fd: number
  readonly #failed: (error: Error) => void
  #open = true

  /** @throws TransportError FILE_FAILED */
  constructor(path: string, failed: (error: Error) => void) {
    this.#path = path
    this.#failed = failed
    try {
      this.#fd = openSync(path, 'w')
    } catch (error) {
      throw systemError(error, 'FILE_FAILED', { path })
    }
  }

  write(bytes: Buffer): void {
    if (!this.#open) return
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at)
    } catch (error) {
      this.close()
      this.#failed(systemError(error, 'FILE_FAILED', { path: this.#path }))
    }
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    closeSync(this.#fd)
  }
}
