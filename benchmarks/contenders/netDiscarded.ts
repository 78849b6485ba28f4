import type { Socket } from 'node:net'
import type { Messages } from 'framewright/bench'
import { byHand } from './byHand.js'

/** Bytes and nothing else: no lengths, no answers, thrown away where they arrive. The floor under every stream. */
export const netDiscarded = byHand({
  name: 'bare net, thrown away',
  module: import.meta.url,
  receive: (socket, arrivals) => socket.on('data', (chunk: Buffer) => arrivals.bytes(chunk)),
  sender: (socket) => {
    socket.resume()
    return { send: (messages) => push(socket, messages) }
  },
})

const push = async (socket: Socket, messages: Messages): Promise<void> => {
  // Small writes cost this baseline half its speed: what may be under way leaves in one.
  socket.cork()
  for (let index = 0; index < messages.count; index++) {
    for (const piece of messages.pieces(index)) {
      if (socket.write(piece)) continue
      socket.uncork()
      await new Promise((drained) => socket.once('drain', drained))
      socket.cork()
    }
  }
  socket.uncork()
}
