import { type AddressLike, checkRanges, Client, type ClientOptions, systemClock } from '@/core/index.js'
import { FileClientConnection, type Patience, type TransferOptions } from '@/protocols/files/fileClientConnection.js'
import { MAX_LETTER_BYTES } from '@/protocols/files/letters.js'

/** The numbers of a file client, beside those of every client. */
export interface FileClientLimits {
  /** Silence that is borne while it is the server's turn. 0 to 2^31-1 ms; 0 waits for ever. @default 90_000 */
  readonly replyTimeoutMs?: number
}

/** Default and range. */
export const FILE_CLIENT_RANGES = { replyTimeoutMs: [90_000, 0, 2 ** 31 - 1] } as const

/** How files are asked for. Framing and turns belong to the protocol, so they cannot be chosen. */
export interface FileClientOptions
  extends Omit<ClientOptions<FileClientConnection>, 'handler' | 'framing' | 'pipeline' | 'plugins' | 'maxMessageBytes'>,
    FileClientLimits {}

/** Sends files to a tpft server and fetches them from there, be it one of ours or an original. */
export class FileClient extends Client<FileClientConnection> {
  readonly #patience: Patience

  /** @throws TransportError OPTION_INVALID */
  constructor(options: FileClientOptions = {}) {
    super({ answerTimeoutMs: 90_000, ...options, maxMessageBytes: MAX_LETTER_BYTES })
    const { replyTimeoutMs } = checkRanges<FileClientLimits>(options, FILE_CLIENT_RANGES)
    this.#patience = { replyTimeoutMs, clock: options.clock ?? systemClock }
  }

  /**
   * Sends one file on a connection of its own; for several, use `connectTo` and the connection's `put` and `get`.
   * @returns bytes of the file
   * @throws TransportError as `connectTo` and `FileClientConnection.put`
   */
  put(local: string, address: AddressLike, remote: string, options: TransferOptions = {}): Promise<number> {
    return this.#once(address, options, (connection) => connection.put(local, remote, options))
  }

  /**
   * Fetches one file on a connection of its own.
   * @returns bytes of the file
   * @throws TransportError as `connectTo` and `FileClientConnection.get`
   */
  get(address: AddressLike, remote: string, local: string, options: TransferOptions = {}): Promise<number> {
    return this.#once(address, options, (connection) => connection.get(remote, local, options))
  }

  protected override createConnection(): FileClientConnection {
    return new FileClientConnection(this.#patience)
  }

  async #once(
    address: AddressLike,
    options: TransferOptions,
    transfer: (connection: FileClientConnection) => Promise<number>,
  ): Promise<number> {
    const connection = await this.connectTo(address, options)
    try {
      return await transfer(connection)
    } finally {
      await connection.goodbye()
    }
  }
}
