import type { Socket } from 'node:net'
import { createServer, type Server, type TlsOptions, type TLSSocket } from 'node:tls'
import { ALPN } from '@/core/tlsNames.js'

/** The sockets that are in their TLS handshake. A closing server of Node waits for them, yet shows them to nobody. */
export class TlsHellos {
  readonly #sockets = new Map<string, Socket>()

  /** A server that takes part in this. @param accept gets each socket whose handshake is done */
  createServer(options: TlsOptions, accept: (socket: TLSSocket) => void): Server {
    const server = createServer({ ALPNProtocols: [ALPN], ...options, noDelay: true })
    server.on('connection', (socket) => this.#begun(socket))
    server.on('secureConnection', (socket) => {
      this.#sockets.delete(endsOf(socket))
      // Set on the server, Node would never notice the end of a client that goes away during its TLS handshake.
      socket.allowHalfOpen = true
      accept(socket)
    })
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    return server
  }

  /** Nobody waits for these any more. */
  destroy(): void {
    for (const socket of this.#sockets.values()) socket.destroy()
  }

  #begun(socket: Socket): void {
    const ends = endsOf(socket)
    this.#sockets.set(ends, socket)
    socket.once('close', () => {
      if (this.#sockets.get(ends) === socket) this.#sockets.delete(ends)
    })
  }
}

/** What a socket and its TLS socket have in common. */
const endsOf = ({ remoteAddress, remotePort, localPort }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localPort}`
