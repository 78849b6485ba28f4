import { type AddressLike, Client, Connection, Deferred, onAbort } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/** Sends one packet and waits for the other end to close. */
export class StpCallerConnection extends Connection {
  readonly #over = new Deferred()

  /** Resolves at an end in good order, or at any content. @throws TransportError what ended the connection otherwise */
  get over(): Promise<void> {
    return this.#over.promise
  }

  /** Content has no meaning; that there is some says that the packet was read. */
  protected override transmissionReceived(): void {
    this.#over.resolve()
    void this.close()
  }

  protected override postLoop(cause: Error | undefined): void {
    if (cause === undefined) this.#over.resolve()
    else this.#over.reject(cause)
  }
}

/** The TCP side of a node that sends: a connection for each packet. */
export class StpCaller extends Client<StpCallerConnection> {
  /**
   * @param packet must stay unchanged until it has left
   * @throws TransportError as `connectTo`; CONNECTION_RESET, CONNECTION_BROKEN, IDLE_TIMEOUT when the other end does not close;
   * ABORTED
   */
  async send(packet: Uint8Array, address: AddressLike, signal: AbortSignal | undefined): Promise<void> {
    const connection = await this.connectTo(address, signal === undefined ? {} : { signal })
    onAbort(signal, connection.over, (error) => connection.destroy(error))
    await connection.transmit(packet)
    await connection.over
  }

  /** What is being sent rejects with CLOSED: an end that we made ourselves says nothing about the packet. */
  override async destroy(): Promise<void> {
    for (const connection of this.activeConnections.values()) connection.destroy(new TransportError('CLOSED'))
    await super.destroy()
  }

  protected override createConnection(): StpCallerConnection {
    return new StpCallerConnection()
  }
}
