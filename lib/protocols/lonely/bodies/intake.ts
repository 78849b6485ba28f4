import { createHash, type Hash } from 'node:crypto'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { BodyLimits } from '@/protocols/lonely/bodies/bodyStore.js'
import { MemoryBody } from '@/protocols/lonely/bodies/memoryBody.js'
import { Pieces } from '@/protocols/lonely/bodies/pieces.js'
import { SpoolFile } from '@/protocols/lonely/bodies/spoolFile.js'
import { TransportError } from '@/errors.js'

/** What an intake has taken: bytes in memory, bytes in a file, and the file. */
export interface Booked {
  memory: number
  spool: number
  files: number
}

/** The store's account, as an intake uses it. */
export interface Books {
  fitsMemory(bytes: number): boolean
  /** Negative amounts give back. @throws TransportError BODY_TOO_LARGE, SPOOL_FULL; nothing has changed */
  book(what: keyof Booked, amount: number): void
  /** The body is whole. @returns where what it has taken is given back */
  whole(booked: Readonly<Booked>): Books
}

/** A body on its way in: pieces in memory until they are too many, then a file. */
export class Intake {
  readonly #limits: Readonly<Required<BodyLimits>>
  readonly #folder: string
  #books: Books
  readonly #hash: Hash = createHash('sha512')
  readonly #pieces = new Pieces()
  #file: SpoolFile | undefined
  #size = 0
  readonly #booked: Booked = { memory: 0, spool: 0, files: 0 }
  #over = false
  /** Whether the announced size sends the body to a file from the start. */
  readonly #large: boolean

  constructor(limits: Readonly<Required<BodyLimits>>, folder: string, books: Books, size: number | undefined) {
    this.#limits = limits
    this.#folder = folder
    this.#books = books
    this.#large = size !== undefined && !books.fitsMemory(size)
  }

  /** Bytes that have come in. */
  get size(): number {
    return this.#size
  }

  /**
   * @param piece not to be changed any more
   * @throws TransportError BODY_TOO_LARGE, SPOOL_FULL, BODY_FAILED when it has been given up or cannot be written
   */
  add(piece: Buffer): void | Promise<void> {
    if (this.#over) throw givenUp()
    if (piece.length === 0) return
    const size = this.#size + piece.length
    const limit = this.#limits.maxBodyBytes
    if (size > limit) throw new TransportError('BODY_TOO_LARGE', { size, limit })
    this.#hash.update(piece)
    this.#size = size
    const inMemory = this.#file === undefined && !this.#large && size <= this.#limits.maxBodyInMemoryBytes
    if (!inMemory || !this.#books.fitsMemory(piece.length)) return this.#write(piece)
    this.#book('memory', piece.length)
    this.#pieces.add(piece)
  }

  /** The whole body; it is the caller's to release. The intake is over. */
  async finish(): Promise<Body> {
    return this.finishNow() ?? (await this.#finishFile())
  }

  /** As `finish`, at once; undefined when the body is in a file. */
  finishNow(): Body | undefined {
    if (this.#file !== undefined || this.#over) return undefined
    this.#over = true
    this.#books = this.#books.whole(this.#booked)
    return new MemoryBody(this.#pieces.takeWhole(), this.#hash.digest(), (freed) => this.#books.book('memory', -freed))
  }

  /** The body is not wanted any more. */
  discard(): void {
    if (this.#over) return
    this.#over = true
    this.#pieces.takeAll()
    this.#giveBack()
    this.#file?.discard()
  }

  async #write(piece: Buffer): Promise<void> {
    if (this.#file === undefined) this.#book('files', 1)
    this.#book('spool', piece.length)
    this.#file ??= await SpoolFile.create(this.#folder)
    try {
      await this.#append(this.#file, piece)
    } finally {
      // Given up meanwhile, when the file was not there yet or was still written to.
      if (this.#over) {
        this.#giveBack()
        this.#file.discard()
      }
    }
  }

  async #append(file: SpoolFile, piece: Buffer): Promise<void> {
    for (const before of this.#pieces.takeAll()) {
      this.#book('spool', before.length)
      this.#book('memory', -before.length)
      await file.append(before)
    }
    await file.append(piece)
  }

  async #finishFile(): Promise<Body> {
    const file = this.#file
    if (file === undefined || this.#over) throw givenUp()
    this.#over = true
    this.#books = this.#books.whole(this.#booked)
    return file.asBody(this.#size, this.#hash.digest(), () => this.#giveBack())
  }

  #book(what: keyof Booked, amount: number): void {
    this.#books.book(what, amount)
    this.#booked[what] += amount
  }

  #giveBack(): void {
    for (const what of ['memory', 'spool', 'files'] as const) this.#book(what, -this.#booked[what])
  }
}

const givenUp = (): TransportError => new TransportError('BODY_FAILED', { problem: 'the body has been given up' })
