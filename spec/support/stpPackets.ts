import { createSocket } from 'node:dgram'
import { RawPeer } from './rawPeer.js'

/** A packet of these texts, its sizes counted unless given: for what no node would write. */
export const rawPacket = (
  header: string | Uint8Array,
  body: string | Uint8Array = '{"msg":"junk"}',
  sizes: { readonly header?: number; readonly body?: number } = {},
): Buffer => {
  const [head, rest] = [Buffer.from(header), Buffer.from(body)]
  const prefix = Buffer.alloc(6)
  prefix.writeUInt16BE(sizes.header ?? head.length, 0)
  prefix.writeUInt32BE(sizes.body ?? rest.length, 2)
  return Buffer.concat([prefix, head, rest])
}

/** A header as an original writes it, with these keys changed; undefined takes one out. */
export const headerWith = (changes: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    namespace: '/chat',
    user: 'mallory',
    hostname: 'h',
    udpport: 57_000,
    tcpport: 57_013,
    encrypted: false,
    ...changes,
  })

/** Sends one datagram to a port of 127.0.0.1. */
export const throwDatagram = (bytes: Uint8Array, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    socket.send(bytes, port, '127.0.0.1', (error) => {
      socket.close(() => (error === null ? resolve() : reject(error)))
    })
  })

/** Sends bytes over TCP, ends the stream if told so, and gives how the other end ended, having said nothing. */
export const throwStream = async (bytes: Uint8Array, port: number, end = false): Promise<'fin' | 'rst'> => {
  await using peer = await RawPeer.connect(port)
  if (bytes.length > 0) peer.send(Buffer.from(bytes))
  if (end) peer.fin()
  const ended = await peer.ended
  if (peer.unread !== '') throw new Error(`it said ${peer.unread}`)
  return ended
}

/** Sends bytes as one message of the handshake framing, ready before the other end has spoken, and waits for its end. */
export const throwMessage = async (bytes: Uint8Array, port: number): Promise<void> => {
  await using peer = await RawPeer.connect(port)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  peer.send(Buffer.concat([Buffer.of(0xff), length, bytes]))
  await peer.ended
  if (!/^ff(ff)?$/.test(peer.unread)) throw new Error(`it said ${peer.unread}`)
}
