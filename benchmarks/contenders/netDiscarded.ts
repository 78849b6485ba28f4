import type { Socket } from 'node:net'
import type { Contender, Messages, Sending } from 'framewright/bench'
import { connectBare, endBare } from './netConnected.js'
import { listenBare } from './netListening.js'

/** Bytes and nothing else: no lengths, no answers, thrown away where they arrive. The floor under every stream. */
export const netDiscarded: Contender = {
  name: 'bare net, thrown away',
  module: import.meta.url,
  serve: (arrivals) =>
    listenBare(arrivals, (socket) => {
      socket.on('data', (chunk: Buffer) => arrivals.bytes(chunk))
    }),
  connect: async (port) => new Pusher(await connectBare(port)),
}

class Pusher implements Sending {
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
    socket.resume()
  }

  async send(messages: Messages): Promise<void> {
    const socket = this.#socket
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

  close(): Promise<void> {
    return endBare(this.#socket)
  }
}
