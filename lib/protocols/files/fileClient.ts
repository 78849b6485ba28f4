import { type AddressLike, Client, type ClientOptions } from '@/core/index.js'
import { FileClientConnection, type TransferOptions } from '@/protocols/files/fileClientConnection.js'
import { MAX_LETTER_BYTES } from '@/protocols/files/letters.js'
import { TransportError } from '@/errors.js'

/** How files are asked for. Framing and turns belong to the protocol, so they cannot be chosen. */
export interface FileClientOptions
  extends Omit<
    ClientOptions<FileClientConnection>,
    'handler' | 'framing' | 'pipeline' | 'plugins' | 'maxMessageBytes'
  > {
  /** Silence that is borne while it is the server's turn. 0 to 2^31-1; 0 waits for ever. @default 90_000 */
  readonly replyTimeoutMs?: number
}

/** Sends files to a tpft server and fetches them from there, be it one of ours or an original. */
export class FileClient extends Client<FileClientConnection> {
  readonly #options: FileClientOptions
  readonly #replyTimeoutMs: number

  /** @throws TransportError OPTION_INVALID */
  constructor(options: FileClientOptions = {}) {
    super({ answerTimeoutMs: 90_000, ...options, maxMessageBytes: MAX_LETTER_BYTES })
    this.#options = options
    this.#replyTimeoutMs = options.replyTimeoutMs ?? 90_000
    if (!Number.isInteger(this.#replyTimeoutMs) || this.#replyTimeoutMs < 0 || this.#replyTimeoutMs > MAX_MS) {
      const given = String(options.replyTimeoutMs)
      throw new TransportError('OPTION_INVALID', { option: 'replyTimeoutMs', given, min: 0, max: MAX_MS })
    }
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
    const { clock } = this.#options
    return new FileClientConnection({ replyTimeoutMs: this.#replyTimeoutMs, ...(clock === undefined ? {} : { clock }) })
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

const MAX_MS = 2 ** 31 - 1
