import { Connection, ConnectionDetails, Server, type ServerOptions } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/** Whom the listener tells. */
export interface ListenerEars {
  /** @returns false when there was no room for it */
  packetArrived(packet: Buffer, ip: string): boolean
  /** A connection has ended without a whole packet. */
  connectionBroken(error: Error, ip: string | undefined): void
  failed(error: TransportError): void
}

/** Reads one packet, says nothing, and closes. */
export class StpListenerConnection extends Connection {
  readonly #ears: ListenerEars
  #ip: string | undefined
  #done = false

  constructor(ears: ListenerEars) {
    super()
    this.#ears = ears
  }

  protected override preLoop(): void {
    const { remoteAddress } = this
    if (remoteAddress !== undefined) this.#ip = plainIp(ConnectionDetails.parse(remoteAddress).host)
  }

  protected override transmissionReceived(packet: Buffer): void {
    if (this.#done) return this.destroy(new TransportError('FRAME_MALFORMED', { problem: 'a second packet' }))
    // It is gone already; nobody can say who it was.
    if (this.#ip === undefined) return this.destroy()
    this.#done = true
    if (this.#ears.packetArrived(packet, this.#ip)) void this.close()
    else this.#reset()
  }

  protected override postLoop(cause: Error | undefined): void {
    if (!this.#done) this.#ears.connectionBroken(cause ?? new TransportError('REMOTE_ENDED'), this.#ip)
  }

  /** A sender takes every orderly end for success, so what was dropped must not end in order. */
  #reset(): void {
    const { socket } = this
    if (socket !== undefined && 'resetAndDestroy' in socket && typeof socket.resetAndDestroy === 'function')
      socket.resetAndDestroy()
    this.destroy(new TransportError('MEMORY_LIMIT'))
  }
}

/** The TCP side of a node that listens. */
export class StpListener extends Server<StpListenerConnection> {
  readonly #ears: ListenerEars

  constructor(options: ServerOptions<StpListenerConnection>, ears: ListenerEars) {
    super(options)
    this.#ears = ears
  }

  protected override createConnection(): StpListenerConnection {
    return new StpListenerConnection(this.#ears)
  }

  protected override errorRaised(error: TransportError): void {
    this.#ears.failed(error)
  }
}

const plainIp = (host: string): string => (host.startsWith('::ffff:') ? host.slice('::ffff:'.length) : host)
