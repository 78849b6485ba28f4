import { Server } from '@/core/index.js'
import type { NodeSettings } from '@/protocols/pnet/nodeOptions.js'
import { type Answering, NodeServerConnection } from '@/protocols/pnet/nodeServerConnection.js'
import { PacketFraming } from '@/protocols/pnet/packetFraming.js'
import { TransportError } from '@/errors.js'

/** What a node's server is told to do. */
export interface NodeServerOwner extends Answering {
  /** A request ended without a good answer; the node goes on. */
  requestFailed(error: TransportError, remote: string | undefined): void
  errorRaised(error: TransportError): void
}

/** Takes the requests of peers, each on a connection of its own. */
export class NodeServer extends Server<NodeServerConnection> {
  readonly #owner: NodeServerOwner
  readonly #takeTimeoutMs: number

  constructor(settings: NodeSettings, owner: NodeServerOwner) {
    const { maxPacketBytes, maxServedRequests, maxServedRequestsPerAddress, requestTimeoutMs, clock } = settings
    super({
      listen: [settings.listen],
      framing: settings.framing === 'pnet' ? (context) => new PacketFraming(context) : 'handshake',
      maxMessageBytes: maxPacketBytes,
      maxOutboxBytes: Math.max(16_777_216, maxPacketBytes),
      connectionLimit: maxServedRequests,
      connectionLimitPerAddress: maxServedRequestsPerAddress,
      openingTimeoutMs: requestTimeoutMs,
      idleTimeoutMs: requestTimeoutMs,
      messageTimeoutMs: requestTimeoutMs,
      clock,
    })
    this.#owner = owner
    this.#takeTimeoutMs = requestTimeoutMs
  }

  protected override createConnection(): NodeServerConnection {
    return new NodeServerConnection(this.#owner, this.#takeTimeoutMs)
  }

  protected override connShutdown(_id: string, connection: NodeServerConnection, cause: Error | undefined): void {
    if (cause instanceof TransportError) this.#owner.requestFailed(cause, connection.remoteAddress)
  }

  protected override errorRaised(error: TransportError): void {
    this.#owner.errorRaised(error)
  }
}
