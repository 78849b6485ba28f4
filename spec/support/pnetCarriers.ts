import { Client, Connection } from '@/core/index.js'
import { RawPeer } from './rawPeer.js'

/** One way to bring a packet to a node, and its reply back. */
export interface Carrier {
  readonly framing: 'pnet' | 'handshake'
  /** @returns every byte that was answered; empty when the node closed without one */
  exchange(port: number, request: Buffer, halfClose?: boolean): Promise<Buffer>
}

/** A socket that knows no protocol: it sends the bytes as they are, and reads to the end of the stream. */
const bare: Carrier = {
  framing: 'pnet',
  exchange: async (port, request, halfClose = false) => {
    await using peer = await RawPeer.connect(port)
    if (request.length > 0) peer.send(request)
    if (halfClose) peer.fin()
    await peer.ended
    return Buffer.from(peer.unread, 'hex')
  },
}

class Asking extends Connection {}
class Asker extends Client<Asking> {}

/** The same packet as one message of the handshake framing. */
const handshake: Carrier = {
  framing: 'handshake',
  exchange: async (port, request) => {
    await using client = new Asker({ handler: Asking })
    const connection = await client.connectTo(port)
    await connection.transmit(request)
    return await connection.receive().catch(() => Buffer.alloc(0))
  },
}

export const CARRIERS: readonly Carrier[] = [bare, handshake]
