import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Shares } from '@/protocols/pnet/shares.js'
import { TransportError } from '@/errors.js'

/** Up to so many bytes stay in memory; more go to a file. */
const MEMORY_BYTES = 65_536
const PIECE_BYTES = 65_536
const NOTHING = Buffer.alloc(0)

/** What all spools of a node may keep together, and those of each address, in bytes. */
export class SpoolBudget {
  readonly #shares: Shares
  readonly #limits: { readonly maxSpoolBytes: number; readonly maxSpoolBytesPerAddress: number }

  constructor(maxSpoolBytes: number, maxSpoolBytesPerAddress = maxSpoolBytes) {
    this.#shares = new Shares(maxSpoolBytes, maxSpoolBytesPerAddress)
    this.#limits = { maxSpoolBytes, maxSpoolBytesPerAddress }
  }

  get usedBytes(): number {
    return this.#shares.used
  }

  /** @param owner an address; undefined for the node itself @throws TransportError STREAM_LIMIT */
  take(owner: string | undefined, bytes: number): void {
    const excess = this.#shares.excess(owner, bytes)
    if (excess !== undefined) {
      const option = excess === 'each' ? 'maxSpoolBytesPerAddress' : 'maxSpoolBytes'
      throw new TransportError('STREAM_LIMIT', { option, more: bytes, limit: this.#limits[option] })
    }
    this.#shares.take(owner, bytes)
  }

  give(owner: string | undefined, bytes: number): void {
    this.#shares.give(owner, bytes)
  }
}

/** Where spools keep what is too much for memory, and how much that may be. */
export interface SpoolPlace {
  readonly budget: SpoolBudget
  /** Largest stream, in bytes. */
  readonly maxBytes: number
  /** A folder that exists; the system's for temporary files unless given. */
  readonly folder?: string | undefined
}

/**
 * A stream at rest: appended to, then read at any place and as often as one likes. Little of it is ever in memory. The
 * file has no name where the system allows that, so nothing stays behind, whatever happens to this process.
 */
export class Spool implements AsyncDisposable {
  readonly #place: SpoolPlace
  readonly #owner: string | undefined
  /** Its beginning has the bytes, until there is a file. */
  #memory = NOTHING
  #file: FileHandle | undefined
  #leftPath: string | undefined
  #sizeBytes = 0
  #closed = false

  /** @param owner the address on whose behalf it is; undefined for the node itself */
  constructor(place: SpoolPlace, owner?: string) {
    this.#place = place
    this.#owner = owner
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Not to be called again before it has resolved. @throws TransportError STREAM_LIMIT, FILE_FAILED */
  async append(bytes: Uint8Array): Promise<void> {
    const size = this.#sizeBytes + bytes.length
    const { maxBytes, budget } = this.#place
    if (this.#closed) throw new TransportError('CLOSED')
    if (size > maxBytes) throw new TransportError('STREAM_LIMIT', { option: 'maxStreamBytes', size, limit: maxBytes })
    budget.take(this.#owner, bytes.length)
    const at = this.#sizeBytes
    this.#sizeBytes = size
    if (this.#file === undefined && size <= MEMORY_BYTES) return this.#remember(bytes, at)
    try {
      await writeAll(this.#file ?? (await this.#spill(at)), bytes, at)
    } catch (error) {
      throw fileFailed(error)
    }
  }

  /** At most `count` bytes from `at` on; fewer only at the end. @throws TransportError FILE_FAILED, CLOSED */
  async read(at: number, count: number): Promise<Buffer> {
    if (this.#closed) throw new TransportError('CLOSED')
    const size = Math.max(0, Math.min(count, this.#sizeBytes - at))
    if (this.#file === undefined) return this.#memory.subarray(at, at + size)
    const bytes = Buffer.allocUnsafe(size)
    try {
      for (let done = 0; done < size; ) {
        const { bytesRead } = await this.#file.read(bytes, done, size - done, at + done)
        if (bytesRead === 0) throw new Error('the file became shorter')
        done += bytesRead
      }
    } catch (error) {
      throw fileFailed(error)
    }
    return bytes
  }

  /** From the start to the end. */
  async *pieces(): AsyncGenerator<Buffer, void, undefined> {
    for (let at = 0; at < this.#sizeBytes; at += PIECE_BYTES) yield await this.read(at, PIECE_BYTES)
  }

  /** Gives everything back. Never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#place.budget.give(this.#owner, this.#sizeBytes)
    this.#memory = NOTHING
    await this.#file?.close().catch(ignore)
    if (this.#leftPath !== undefined) await unlink(this.#leftPath).catch(ignore)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #remember(bytes: Uint8Array, at: number): void {
    const size = at + bytes.length
    if (size > this.#memory.length) {
      const larger = Buffer.alloc(Math.min(MEMORY_BYTES, Math.max(size, 2 * this.#memory.length)))
      this.#memory.copy(larger)
      this.#memory = larger
    }
    this.#memory.set(bytes, at)
  }

  /** Puts what is in memory into a file. @param size of that */
  async #spill(size: number): Promise<FileHandle> {
    const path = join(this.#place.folder ?? tmpdir(), `.framewright-${randomUUID()}.spool`)
    const file = await open(path, 'wx+', 0o600)
    // Known before it is written to: a full disk must not leave it open.
    this.#file = file
    // Where an open file keeps its name, it goes with the spool.
    await unlink(path).catch(() => {
      this.#leftPath = path
    })
    await writeAll(file, this.#memory.subarray(0, size), 0)
    this.#memory = NOTHING
    return file
  }
}

const writeAll = async (file: FileHandle, bytes: Uint8Array, at: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}

const fileFailed = (error: unknown): TransportError =>
  error instanceof TransportError ? error : new TransportError('FILE_FAILED', { what: 'spool' }, { cause: error })

const ignore = (): void => {}
