import type { Socket } from 'node:net'
import { createServer, type Server, type TlsOptions, type TLSSocket } from 'node:tls'
import type { Admission } from '@/core/admission.js'
import { systemError } from '@/core/systemError.js'
import { ALPN } from '@/core/tlsNames.js'
import type { TransportError } from '@/errors.js'

/** The sockets that are in their TLS handshake. A closing server of Node waits for them, yet shows them to nobody. */
export class TlsHellos {
  readonly #sockets = new Map<string, Socket>()
  readonly #admission: Admission
  readonly #drop: (socket: Socket, error?: TransportError) => void

  /**
   * @param admission each socket knocks there, until its handshake is over
   * @param drop ends a socket that has no place there, or whose handshake has failed
   */
  constructor(admission: Admission, drop: (socket: Socket, error?: TransportError) => void) {
    this.#admission = admission
    this.#drop = drop
  }

  /** A server that takes part in this. @param accept gets each socket whose handshake is done */
  createServer(options: TlsOptions, accept: (socket: TLSSocket) => void): Server {
    const server = createServer({ ALPNProtocols: [ALPN], ...options, noDelay: true })
    server.on('connection', (socket) => this.#begun(socket))
    server.on('secureConnection', (socket) => {
      this.#over(endsOf(socket))
      // Set on the server, Node would never notice the end of a client that goes away during its TLS handshake.
      socket.allowHalfOpen = true
      accept(socket)
    })
    server.on('tlsClientError', (error, socket) => this.#drop(socket, systemError(error, 'TLS_FAILED')))
    return server
  }

  /** Nobody waits for these any more. */
  destroy(): void {
    for (const socket of this.#sockets.values()) socket.destroy()
  }

  #begun(socket: Socket): void {
    if (!this.#admission.knock(socket)) return this.#drop(socket)
    const ends = endsOf(socket)
    this.#sockets.set(ends, socket)
    socket.once('close', () => {
      this.#admission.opened(socket)
      if (this.#sockets.get(ends) === socket) this.#sockets.delete(ends)
    })
  }

  /** What comes next is another socket, and knocks for itself. */
  #over(ends: string): void {
    this.#admission.opened(this.#sockets.get(ends))
    this.#sockets.delete(ends)
  }
}

/** What a socket and its TLS socket have in common. */
const endsOf = ({ remoteAddress, remotePort, localPort }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localPort}`
