import { type Abortable, checkRanges, Server, type ServerOptions } from '@/core/index.js'
import { type FileDesk, FileServerConnection, type TransferReport } from '@/protocols/files/fileServerConnection.js'
import { MAX_LETTER_BYTES } from '@/protocols/files/letters.js'
import { SharedFolder } from '@/protocols/files/sharedFolder.js'
import { TransportError } from '@/errors.js'

/** The numbers of a file server, beside those of every server. */
export interface FileServerLimits {
  /** Largest file that may be uploaded. 0 to 2^53-1 bytes. @default 2^53-1 */
  readonly maxFileBytes?: number
}

/** Default and range. */
export const FILE_SERVER_RANGES = { maxFileBytes: [Number.MAX_SAFE_INTEGER, 0, Number.MAX_SAFE_INTEGER] } as const

/** How files are served. Framing and turns belong to the protocol, so they cannot be chosen. */
export interface FileServerOptions
  extends Omit<ServerOptions<FileServerConnection>, 'handler' | 'framing' | 'pipeline' | 'plugins' | 'maxMessageBytes'>,
    FileServerLimits {
  /** The folder peers may read from and write to, and nothing outside it. */
  readonly root: string
  /** Uploads are rejected. @default false */
  readonly readOnly?: boolean
}

/**
 * Serves the files of one folder to peers that speak tpft, the original ones too. A file in the making has a temporary
 * name, `.framewright-UUID.part`; should this process be killed, it stays behind.
 */
export class FileServer extends Server<FileServerConnection> {
  readonly #root: string
  readonly #readOnly: boolean
  readonly #maxFileBytes: number
  #desk: FileDesk | undefined

  /** @throws TransportError OPTION_INVALID, ADDRESS_INVALID */
  constructor(options: FileServerOptions) {
    // Letters are small, and chunks are written as they come: no more than this is ever held of either.
    super({ answerTimeoutMs: 90_000, ...options, maxMessageBytes: MAX_LETTER_BYTES })
    this.#root = options.root
    this.#readOnly = options.readOnly ?? false
    this.#maxFileBytes = checkRanges<FileServerLimits>(options, FILE_SERVER_RANGES).maxFileBytes
  }

  /** A request of a peer is over, whether the file got across or not. */
  protected transferEnded(_connection: FileServerConnection, _report: TransferReport): void {}

  /** As `Server.start`. @throws TransportError FILE_FAILED when the root is no folder */
  override async start(options: Abortable = {}): Promise<void> {
    this.#desk = {
      folder: await SharedFolder.at(this.#root),
      readOnly: this.#readOnly,
      maxFileBytes: this.#maxFileBytes,
      transferEnded: (connection, report) =>
        void this.guard('transferEnded', () => this.transferEnded(connection, report)),
    }
    await super.start(options)
  }

  protected override createConnection(): FileServerConnection {
    if (this.#desk === undefined) throw new TransportError('NOT_OPEN', { what: 'file server' })
    return new FileServerConnection(this.#desk)
  }
}
