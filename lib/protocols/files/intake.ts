import { TransportError } from '@/errors.js'

/** Bytes done, of how many. */
export type Progress = (doneBytes: number, totalBytes: number) => void

/** Where the bytes of a file go, which has its name only after `commit`. */
export interface Destination {
  write(bytes: Uint8Array): Promise<void>
  commit(): Promise<void>
  discard(): Promise<void>
}

/** Counts the chunks of one file that comes in, and writes them. Chunks may have any size; only their sum matters. */
export class Intake {
  readonly file: Destination
  /** Bytes that were announced. */
  readonly size: number
  readonly #progress: Progress | undefined
  #offeredBytes = 0
  #takenBytes = 0
  #failure: unknown

  constructor(file: Destination, size: number, progress?: Progress) {
    this.file = file
    this.size = size
    this.#progress = progress
  }

  /** Bytes that have arrived. */
  get takenBytes(): number {
    return this.#takenBytes
  }

  /** The next message announced is a chunk, and not a letter. */
  get open(): boolean {
    return this.#offeredBytes < this.size
  }

  /** Chunks that have been announced are still to be taken. */
  get wants(): boolean {
    return this.#takenBytes < this.size
  }

  /** Why the file cannot be had: it could not be written, or the other end sent too much. */
  get failure(): unknown {
    return this.#failure
  }

  /** A chunk is announced. @returns whether it may come */
  offer(bytes: number): boolean {
    if (this.#failure !== undefined) return false
    this.#offeredBytes += bytes
    if (this.#offeredBytes <= this.size) return true
    this.#failure = new TransportError('TRANSFER_OVERRUN', { announcedBytes: this.size, sentBytes: this.#offeredBytes })
    return false
  }

  /** After a failure bytes are counted but not kept, so that the turns stay as they are. */
  async take(bytes: Uint8Array): Promise<void> {
    this.#takenBytes += bytes.length
    if (this.#failure !== undefined) return
    try {
      await this.file.write(bytes)
    } catch (error) {
      this.#failure = error
      await this.file.discard()
      return
    }
    this.#progress?.(this.#takenBytes, this.size)
  }
}
