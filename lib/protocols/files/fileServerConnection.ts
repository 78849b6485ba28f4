import { FileRefusal } from '@/protocols/files/fileRefusal.js'
import type { FileSource } from '@/protocols/files/fileSource.js'
import { Intake } from '@/protocols/files/intake.js'
import type { Letter } from '@/protocols/files/letters.js'
import { errorName, reasonOf } from '@/protocols/files/reason.js'
import type { SharedFolder } from '@/protocols/files/sharedFolder.js'
import { TransferConnection } from '@/protocols/files/transferConnection.js'
import { TransportError } from '@/errors.js'

/** How one request of a peer went. */
export interface TransferReport {
  readonly kind: 'upload' | 'download'
  /** As the peer wrote it; may hold any characters. */
  readonly path: string
  /** Bytes of the file; 0 when it never came to that. */
  readonly size: number
  /** Why the file did not get across; undefined when it did. */
  readonly error?: Error
}

/** What all connections of one server share. */
export interface FileDesk {
  readonly folder: SharedFolder
  readonly readOnly: boolean
  readonly maxFileBytes: number
  /** Called once for each request, when it is over. */
  readonly transferEnded: (connection: FileServerConnection, report: TransferReport) => void
}

/** What is going on, beside the chunks that come in. */
type Business =
  | { readonly at: 'rest' }
  | { readonly at: 'upload'; readonly path: string; readonly size: number }
  /** The peer knows the size and has not said yet that it wants the file. */
  | { readonly at: 'download'; readonly path: string; readonly source: FileSource }

const REST: Business = { at: 'rest' }

/** The end of a transfer that has the files. It speaks only when it is its turn. */
export class FileServerConnection extends TransferConnection {
  readonly #desk: FileDesk
  #business: Business = REST
  /** While it is not known whether the next message is a letter or a chunk. */
  #deciding: Promise<unknown> | undefined

  constructor(desk: FileDesk) {
    super()
    this.#desk = desk
  }

  protected override transmissionOffered(size: number): boolean | Promise<boolean> {
    if (this.#deciding === undefined) return super.transmissionOffered(size)
    return this.#deciding.then(() => super.transmissionOffered(size))
  }

  protected override async letterArrived(letter: Letter): Promise<void> {
    if (letter.type === 'close') {
      this.close().catch(() => {})
    } else if (this.#business.at === 'download') {
      await this.#download(this.#business, letter.type === 'confirmed' || letter.type === 'download-confirmation')
    } else if (letter.type === 'upload-request') {
      await this.#receive(letter.destinationPath, letter.fileSize)
    } else if (letter.type === 'download-request') {
      await this.#offer(letter.downloadPath)
    }
  }

  protected override async letterBroken(error: TransportError): Promise<void> {
    await this.say({ type: 'rejected', reason: `not understood: ${String(error.detail['problem'])}` })
  }

  protected override async fileArrived(intake: Intake): Promise<void> {
    const path = this.#business.at === 'upload' ? this.#business.path : ''
    this.#business = REST
    try {
      if (intake.failure !== undefined) throw intake.failure
      await intake.file.commit()
    } catch (error) {
      return this.#reject('upload', path, error)
    }
    this.#report({ kind: 'upload', path, size: intake.size })
    await this.say({ type: 'confirmed' })
  }

  protected override async postLoop(cause: Error | undefined): Promise<void> {
    const failure = this.intake?.failure
    await super.postLoop(cause)
    const business = this.#business
    this.#business = REST
    if (business.at === 'rest') return
    if (business.at === 'download') await business.source.close()
    const error = failure instanceof Error ? failure : (cause ?? new TransportError('REMOTE_ENDED'))
    const size = business.at === 'upload' ? business.size : business.source.size
    this.#report({ kind: business.at, path: business.path, size, error })
  }

  async #receive(path: string, size: number): Promise<void> {
    const opening = this.#open(path, size)
    this.#deciding = opening.catch(() => {})
    let intake: Intake
    try {
      intake = await opening
    } catch (error) {
      return this.#reject('upload', path, error)
    } finally {
      this.#deciding = undefined
    }
    this.#business = { at: 'upload', path, size }
    if (size > 0) this.expectFile(intake)
    try {
      await this.say({ type: 'confirmed' })
    } catch (error) {
      await intake.file.discard()
      throw error
    }
    if (size === 0) await this.fileArrived(intake)
  }

  async #open(path: string, size: number): Promise<Intake> {
    if (this.#desk.readOnly) throw new FileRefusal('EROFS')
    if (size > this.#desk.maxFileBytes) throw new FileRefusal('EFBIG')
    return new Intake(await this.#desk.folder.write(path), size)
  }

  async #offer(path: string): Promise<void> {
    let source: FileSource
    try {
      source = await this.#desk.folder.read(path)
    } catch (error) {
      return this.#reject('download', path, error)
    }
    this.#business = { at: 'download', path, source }
    try {
      await this.say({ type: 'download-confirmation', fileSize: source.size })
    } catch (error) {
      // All else may be over if it took long to open the file.
      await source.close()
      throw error
    }
  }

  async #download(business: Extract<Business, { at: 'download' }>, wanted: boolean): Promise<void> {
    const { path, source } = business
    if (wanted) await this.sendFile(source)
    this.#business = REST
    await source.close()
    const error = wanted
      ? {}
      : { error: new TransportError('TRANSFER_REJECTED', { reason: 'the size was not confirmed' }) }
    this.#report({ kind: 'download', path, size: source.size, ...error })
  }

  /** Says why not; the peer may go on with another request. */
  async #reject(kind: TransferReport['kind'], path: string, error: unknown): Promise<void> {
    const system = errorName(error)
    const failure = new TransportError('FILE_FAILED', { path, system }, { cause: error })
    this.#report({ kind, path, size: 0, error: failure })
    await this.say({ type: 'rejected', reason: reasonOf(system, path) })
  }

  #report(report: TransferReport): void {
    this.#desk.transferEnded(this, report)
  }
}
