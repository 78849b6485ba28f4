import { createServer, type Socket } from 'node:net'
import type { NodeKey, PickleValue } from '@/protocols/pnet/index.js'
import { type Exchange, opened } from './pnetRecordings.js'
import { portOf } from './portOf.js'

/** A recorded server that has answered some requests. */
export interface RecordedPnetServer extends AsyncDisposable {
  readonly port: number
  /** What it was asked, opened, in order. */
  readonly asked: readonly PickleValue[]
  /** The requests as they came, each with its newline. */
  readonly packets: readonly Buffer[]
}

/**
 * Listens, and answers the first request with the first recorded reply, the second with the second and so on, byte for
 * byte; where the recorded server closed without a byte, and behind the last reply, it closes too.
 */
export const playPnetServer = async (
  exchanges: readonly Pick<Exchange, 'reply'>[],
  key: NodeKey,
  sealed: boolean,
): Promise<RecordedPnetServer> => {
  const asked: PickleValue[] = []
  const packets: Buffer[] = []
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket)
    let packet = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      packet = Buffer.concat([packet, chunk])
      if (packet.at(-1) !== 0x0a) return
      const { reply } = exchanges[packets.length] ?? {}
      packets.push(packet)
      asked.push(opened(packet, 'msg', key, sealed))
      socket.end(reply ?? '')
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(listener),
    asked,
    packets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}
