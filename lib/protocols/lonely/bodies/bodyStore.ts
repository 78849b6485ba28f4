import { tmpdir } from 'node:os'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import { type Booked, type Books, Intake } from '@/protocols/lonely/bodies/intake.js'
import { MemoryBody } from '@/protocols/lonely/bodies/memoryBody.js'
import { COPIED_BYTES } from '@/protocols/lonely/bodies/pieces.js'
import { TransportError } from '@/errors.js'

/** What bodies may take. */
export interface BodyLimits {
  /** Largest body. 1 to 2^50 bytes. @default 4_294_967_296 (4 GiB) */
  readonly maxBodyBytes?: number
  /** Larger ones are kept in a file while they are under way. 0 to 2^30 bytes. @default 10_485_760 (10 MiB) */
  readonly maxBodyInMemoryBytes?: number
  /**
   * All bodies in memory together; beyond, they are kept in files, too. 0 to 2^40 bytes. @default 268_435_456 (256 MiB)
   */
  readonly maxBodyMemoryBytes?: number
  /** All bodies in files together; beyond, none is taken. 0 to 2^50 bytes. @default 17_179_869_184 (16 GiB) */
  readonly maxSpoolBytes?: number
  /** How many of them there may be, each an open file. 0 to 1_000_000. @default 256 */
  readonly maxSpoolFiles?: number
}

/** Defaults and ranges. */
export const BODY_RANGES = {
  maxBodyBytes: [4_294_967_296, 1, 2 ** 50],
  maxBodyInMemoryBytes: [10_485_760, 0, 2 ** 30],
  maxBodyMemoryBytes: [268_435_456, 0, 2 ** 40],
  maxSpoolBytes: [17_179_869_184, 0, 2 ** 50],
  maxSpoolFiles: [256, 0, 1_000_000],
} as const

/** What bodies take now: bytes in memory, bytes in files, and the files themselves. */
export interface HeldBodies {
  readonly memoryBytes: number
  readonly spoolBytes: number
  readonly spoolFiles: number
}

/** What a store may have beside its limits. */
export interface BodyStoreOthers {
  /** It is a share of this one. */
  readonly whole?: BodyStore
  /** Called whenever there is no room for a body; what it frees is used at once. */
  readonly askForRoom?: () => void
}

/** Keeps bodies while somebody needs them: small ones in memory, large ones in files, within bounds. */
export class BodyStore {
  readonly #limits: Readonly<Required<BodyLimits>>
  readonly #folder: string
  /** The store this is a share of. */
  readonly #whole: BodyStore | undefined
  /** Asks whoever holds bodies for room. */
  readonly #askForRoom: () => void
  #memoryBytes = 0
  #spoolBytes = 0
  #spoolFiles = 0
  /** Of these, what bodies take that are not whole. */
  readonly #begun: Booked = { memory: 0, spool: 0, files: 0 }

  /** @param folder for the files, which have no name once they are open, where the system allows it */
  constructor(limits: Readonly<Required<BodyLimits>>, folder: string = tmpdir(), others: BodyStoreOthers = {}) {
    this.#limits = limits
    this.#folder = folder
    this.#whole = others.whole
    this.#askForRoom = others.askForRoom ?? ignore
  }

  get held(): HeldBodies {
    return { memoryBytes: this.#memoryBytes, spoolBytes: this.#spoolBytes, spoolFiles: this.#spoolFiles }
  }

  /** A part of this store that may have so many files. What it holds is held by this store, too. */
  share(maxSpoolFiles: number): BodyStore {
    return new BodyStore({ ...this.#limits, maxSpoolFiles }, this.#folder, { whole: this })
  }

  /**
   * A body that is here already.
   * @param bytes not to be changed any more
   * @throws TransportError BODY_TOO_LARGE, SPOOL_FULL, BODY_FAILED
   */
  keep(bytes: Buffer, digest: Buffer): Body | Promise<Body> {
    this.#admit(bytes.length)
    if (!this.#fitsMemory(bytes.length)) return this.#spool(bytes)
    this.#book('memory', bytes.length)
    const own = bytes.length < COPIED_BYTES ? Buffer.from(bytes) : bytes
    return new MemoryBody(own, digest, this.#forget)
  }

  /**
   * A body that will come in pieces.
   * @param size bytes in all; undefined when nobody knows
   * @throws TransportError BODY_TOO_LARGE
   */
  intake(size: number | undefined): Intake {
    this.#admit(size ?? 0)
    return new Intake(this.#limits, this.#folder, this.#begunBooks, size)
  }

  async #spool(bytes: Buffer): Promise<Body> {
    const intake = new Intake(this.#limits, this.#folder, this.#books, bytes.length)
    try {
      await intake.add(bytes)
      return await intake.finish()
    } catch (error) {
      intake.discard()
      throw error
    }
  }

  /** Negative numbers give back. @throws TransportError BODY_TOO_LARGE, SPOOL_FULL; nothing has changed */
  #book(what: keyof Booked, amount: number): void {
    if (amount > 0 && this.#isFull(what, amount)) {
      this.#askForRoom()
      this.#check(what, amount)
    }
    if (this.#whole !== undefined) this.#whole.#book(what, amount)
    if (what === 'memory') this.#memoryBytes += amount
    else if (what === 'spool') this.#spoolBytes += amount
    else this.#spoolFiles += amount
  }

  #isFull(what: keyof Booked, amount: number): boolean {
    const { maxSpoolBytes, maxSpoolFiles } = this.#limits
    if (what === 'spool') return this.#spoolBytes + amount > maxSpoolBytes
    return what === 'files' && this.#spoolFiles + amount > maxSpoolFiles
  }

  #check(what: keyof Booked, amount: number): void {
    if (!this.#isFull(what, amount)) return
    const { maxSpoolBytes, maxSpoolFiles } = this.#limits
    if (what === 'spool')
      throw new TransportError('BODY_TOO_LARGE', { spoolBytes: this.#spoolBytes + amount, limit: maxSpoolBytes })
    throw new TransportError('SPOOL_FULL', { spoolFiles: this.#spoolFiles + amount, limit: maxSpoolFiles })
  }

  /** Those on their way in have half of the memory and of the files: who begins and does not go on leaves the rest. */
  #begin(what: keyof Booked, amount: number): void {
    const begun = this.#begun[what] + amount
    const limit = Math.ceil(this.#limits.maxSpoolFiles / 2)
    if (what === 'files' && amount > 0 && begun > limit)
      throw new TransportError('SPOOL_FULL', { begunFiles: begun, limit })
    if (this.#whole !== undefined) this.#whole.#begin(what, amount)
    this.#begun[what] = begun
  }

  #fitsBegun(bytes: number): boolean {
    const fits = this.#begun.memory + bytes <= this.#limits.maxBodyMemoryBytes / 2
    return fits && (this.#whole === undefined || this.#whole.#fitsBegun(bytes))
  }

  /** Of bodies that are whole. */
  readonly #books: Books = {
    fitsMemory: (bytes) => this.#fitsMemory(bytes),
    book: (what, amount) => this.#book(what, amount),
    whole: () => this.#books,
  }

  readonly #begunBooks: Books = {
    fitsMemory: (bytes) => this.#fitsMemory(bytes) && this.#fitsBegun(bytes),
    book: (what, amount) => {
      this.#begin(what, amount)
      try {
        this.#book(what, amount)
      } catch (error) {
        this.#begin(what, -amount)
        throw error
      }
    },
    whole: (booked) => {
      for (const what of ['memory', 'spool', 'files'] as const) this.#begin(what, -booked[what])
      return this.#books
    },
  }

  readonly #forget = (bytes: number): void => this.#book('memory', -bytes)

  #fitsMemory(bytes: number): boolean {
    const { maxBodyInMemoryBytes, maxBodyMemoryBytes } = this.#limits
    if (bytes > maxBodyInMemoryBytes) return false
    if (this.#memoryBytes + bytes > maxBodyMemoryBytes) this.#askForRoom()
    const fits = this.#memoryBytes + bytes <= maxBodyMemoryBytes
    return fits && (this.#whole === undefined || this.#whole.#fitsMemory(bytes))
  }

  #admit(size: number): void {
    const limit = this.#limits.maxBodyBytes
    if (size > limit) throw new TransportError('BODY_TOO_LARGE', { size, limit })
  }
}

const ignore = (): void => {}
