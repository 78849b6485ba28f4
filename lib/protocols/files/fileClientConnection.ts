import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { type Abortable, type Clock, onAbort, unlessAborted } from '@/core/index.js'
import { FileSource } from '@/protocols/files/fileSource.js'
import { Intake, type Progress } from '@/protocols/files/intake.js'
import type { Letter } from '@/protocols/files/letters.js'
import { PartFile } from '@/protocols/files/partFile.js'
import { errorName, reasonOf } from '@/protocols/files/reason.js'
import { Replies } from '@/protocols/files/replies.js'
import { TransferConnection } from '@/protocols/files/transferConnection.js'
import { type Detail, TransportError } from '@/errors.js'

/** What a transfer takes beside its paths. */
export interface TransferOptions extends Abortable {
  /** Called after each piece, never for an empty file. A throw ends the connection. */
  readonly onProgress?: Progress
}

/** How a client waits for the server. */
export interface Patience {
  readonly clock: Clock
  /** Silence that is borne while it is the server's turn; 0 for ever. */
  readonly replyTimeoutMs: number
}

/** The original server ends first once it has read our farewell; it is given this long. */
const FAREWELL_MS = 100

/** The end of a transfer that asks. Requests take turns: each begins when the one before it is over. */
export class FileClientConnection extends TransferConnection {
  readonly #clock: Clock
  readonly #replies: Replies
  #turn: Promise<unknown> = Promise.resolve()
  #whole: { readonly resolve: (intake: Intake) => void; readonly reject: (error: Error) => void } | undefined
  #ended: Error | undefined
  #over = ignore

  constructor(patience: Patience) {
    super()
    this.#clock = patience.clock
    this.#replies = new Replies(this.#clock, patience.replyTimeoutMs, (error) => this.destroy(error))
  }

  /**
   * Sends a local file. Resolves with its size when the server has it whole.
   * @param remote as the server understands it: on ours, relative to its root
   * @throws TransportError FILE_FAILED: nothing was sent; TRANSFER_REJECTED, and ABORTED before its turn: the connection
   * can still be used. Then it is over: SOURCE_MISMATCH when the file became shorter, TRANSFER_TIMEOUT, LETTER_UNEXPECTED,
   * ABORTED, or what ended it
   */
  put(local: string, remote: string, options: TransferOptions = {}): Promise<number> {
    return this.#inTurn(options.signal, () => this.#put(local, remote, options.onProgress))
  }

  /**
   * Fetches a file. Resolves with its size when it is whole, on the disk and under its name; until then a file that had
   * this name is as it was.
   * @throws TransportError as `put`; FILE_FAILED when the local file cannot be written, TRANSFER_OVERRUN
   */
  get(remote: string, local: string, options: TransferOptions = {}): Promise<number> {
    return this.#inTurn(options.signal, () => this.#get(remote, local, options.onProgress))
  }

  /** Takes leave as the protocol wants it, after what is going on, and closes. Never rejects. */
  async goodbye(): Promise<void> {
    await this.#turn
    try {
      if (this.phase === 'open') {
        await this.say({ type: 'close' })
        await this.#overWithin(FAREWELL_MS)
      }
      await this.close()
    } catch {
      this.destroy()
    }
  }

  protected override transmissionOffered(size: number): boolean | Promise<boolean> {
    this.#replies.heard()
    return super.transmissionOffered(size)
  }

  protected override async transmissionReceived(message: Buffer): Promise<void> {
    await super.transmissionReceived(message)
    if (this.intake !== undefined) this.#replies.expect()
  }

  protected override async transmissionStream(size: number, readable: Readable): Promise<void> {
    await super.transmissionStream(size, readable)
    if (this.intake !== undefined) this.#replies.expect()
  }

  protected override letterArrived(letter: Letter): void {
    this.#replies.arrived(letter)
  }

  protected override fileArrived(intake: Intake): void {
    this.#whole?.resolve(intake)
  }

  protected override async postLoop(cause: Error | undefined): Promise<void> {
    const failure = this.intake?.failure
    await super.postLoop(cause)
    this.#ended = failure instanceof Error ? failure : (cause ?? new TransportError('REMOTE_ENDED'))
    this.#replies.end(this.#ended)
    this.#whole?.reject(this.#ended)
    this.#over()
  }

  async #put(local: string, remote: string, progress: Progress | undefined): Promise<number> {
    const source = await FileSource.open(local, true).catch((error: unknown) => {
      throw fileFailed(local, error)
    })
    try {
      await this.say({ type: 'upload-request', fileSize: source.size, destinationPath: remote })
      await this.#confirmation(remote)
      await this.sendFile(source, progress)
      await this.#confirmation(remote)
      return source.size
    } finally {
      await source.close()
    }
  }

  async #get(remote: string, local: string, progress: Progress | undefined): Promise<number> {
    await this.say({ type: 'download-request', downloadPath: remote })
    const { fileSize } = await this.#confirmation(remote)
    if (fileSize === undefined) throw this.#lost({ missing: 'file_size' })
    const file = await this.#create(local)
    try {
      const intake = await this.#receive(new Intake(file, fileSize, progress))
      if (intake.failure !== undefined) throw intake.failure
      await file.commit()
    } catch (error) {
      await file.discard()
      throw error instanceof TransportError ? error : fileFailed(local, error)
    }
    await this.say({ type: 'confirmed' })
    return fileSize
  }

  /** The file is created only when the server has one to give. */
  async #create(local: string): Promise<PartFile> {
    try {
      const target = await realpath(local).catch(() => resolve(local))
      return await PartFile.create(target)
    } catch (error) {
      await this.say({ type: 'rejected', reason: reasonOf(errorName(error), local) })
      throw fileFailed(local, error)
    }
  }

  async #receive(intake: Intake): Promise<Intake> {
    const whole = new Promise<Intake>((settle, reject) => {
      this.#whole = { resolve: settle, reject }
    })
    whole.catch(ignore)
    if (intake.size > 0) this.expectFile(intake)
    await this.say({ type: 'confirmed' })
    if (intake.size === 0) return intake
    if (this.intake === intake) this.#replies.expect()
    return whole
  }

  async #confirmation(path: string): Promise<{ readonly type: string; readonly fileSize?: number }> {
    const letter = await this.#replies.next()
    if (letter.type === 'rejected') throw new TransportError('TRANSFER_REJECTED', { path, reason: letter.reason })
    if (letter.type === 'confirmed' || letter.type === 'download-confirmation') return letter
    throw this.#lost({ type: letter.type })
  }

  /** The two ends no longer agree on whose turn it is. */
  #lost(detail: Detail): TransportError {
    const error = new TransportError('LETTER_UNEXPECTED', detail)
    this.destroy(error)
    return error
  }

  #inTurn(signal: AbortSignal | undefined, transfer: () => Promise<number>): Promise<number> {
    const before = this.#turn
    // Of what is given up before its turn the other end knows nothing.
    const turn = unlessAborted(before, signal).then(() => {
      const work = transfer()
      onAbort(signal, work, (error) => this.destroy(error))
      return work
    })
    this.#turn = turn.catch(ignore).then(() => before)
    return turn
  }

  #overWithin(ms: number): Promise<void> {
    return new Promise((settle) => {
      const cancel = this.#clock.after(ms, settle)
      this.#over = () => {
        cancel()
        settle()
      }
      if (this.#ended !== undefined) this.#over()
    })
  }
}

const fileFailed = (path: string, error: unknown): TransportError =>
  new TransportError('FILE_FAILED', { path, system: errorName(error) }, { cause: error })

const ignore = (): void => {}
