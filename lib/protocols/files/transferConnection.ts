import type { Readable } from 'node:stream'
import { Connection } from '@/core/index.js'
import type { FileSource } from '@/protocols/files/fileSource.js'
import type { Intake, Progress } from '@/protocols/files/intake.js'
import { decodeLetter, encodeLetter, type Letter, MAX_LETTER_BYTES } from '@/protocols/files/letters.js'
import { TransportError } from '@/errors.js'

/** Where files are cut; the original cuts there too. */
export const CHUNK_BYTES = 4_194_304

/** What both ends of a transfer do alike: tell letters from chunks by their place, cut files, put them together. */
export abstract class TransferConnection extends Connection {
  #intake: Intake | undefined

  /** Once for each letter. */
  protected abstract letterArrived(letter: Letter): void | Promise<void>

  /** The last byte of the file has been taken; `intake.failure` says whether the file can be had. */
  protected abstract fileArrived(intake: Intake): void | Promise<void>

  /** A message in the place of a letter is none. When it returns, the connection ends with `error`. */
  protected letterBroken(_error: TransportError): void | Promise<void> {}

  protected override transmissionOffered(size: number): boolean | Promise<boolean> {
    return this.#intake?.open === true ? this.#intake.offer(size) : size <= MAX_LETTER_BYTES
  }

  protected override async transmissionReceived(message: Buffer): Promise<void> {
    if (this.#intake === undefined) return this.#read(message)
    await this.#intake.take(message)
    await this.#checkIntake(this.#intake)
  }

  /** Chunks too large to hold are written as they come. */
  protected override async transmissionStream(_size: number, readable: Readable): Promise<void> {
    const intake = this.#intake
    if (intake === undefined) return
    for await (const piece of readable) if (piece instanceof Uint8Array) await intake.take(piece)
    await this.#checkIntake(intake)
  }

  protected override async postLoop(_cause: Error | undefined): Promise<void> {
    await this.#intake?.file.discard()
  }

  /** The file that is coming in, if one is. */
  protected get intake(): Intake | undefined {
    return this.#intake
  }

  /** The next messages are the chunks of a file, until it is whole. Not for an empty file, which has none. */
  protected expectFile(intake: Intake): void {
    this.#intake = intake
  }

  protected say(letter: Exclude<Letter, { type: 'unknown' }>): Promise<void> {
    return this.transmit(encodeLetter(letter))
  }

  /** Sends all chunks. @throws TransportError SOURCE_MISMATCH when the file has become shorter; the connection is lost then */
  protected async sendFile(source: FileSource, progress?: Progress): Promise<void> {
    for (let at = 0; at < source.size; ) {
      const bytes = Math.min(CHUNK_BYTES, source.size - at)
      await this.transmitStream(counted(source.take(bytes), at, source.size, progress), bytes)
      at += bytes
    }
  }

  /** `letterArrived` begins before anything else is read: what the next message is may depend on it. */
  #read(message: Buffer): void | Promise<void> {
    let letter: Letter
    try {
      letter = decodeLetter(message)
    } catch (error) {
      return this.#broken(error)
    }
    return this.letterArrived(letter)
  }

  async #broken(error: unknown): Promise<never> {
    if (error instanceof TransportError) await this.letterBroken(error)
    throw error
  }

  async #checkIntake(intake: Intake): Promise<void> {
    if (intake.wants) return
    this.#intake = undefined
    await this.fileArrived(intake)
  }
}

async function* counted(
  pieces: AsyncIterable<Buffer>,
  from: number,
  size: number,
  progress: Progress | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  let done = from
  for await (const piece of pieces) {
    yield piece
    done += piece.length
    progress?.(done, size)
  }
}
