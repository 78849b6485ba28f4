import type { Socket } from 'node:net'
import {
  CARRIERS,
  connectBare,
  type Contender,
  endBare,
  listenBare,
  type Messages,
  type Sending,
} from 'framewright/bench'

/** Bytes and nothing else: no lengths, no answers, thrown away where they arrive. The floor under every stream. */
export const netDiscarded: Contender = {
  name: 'bare net, thrown away',
  module: import.meta.url,
  carriers: CARRIERS,
  serve: (arrivals, berth) =>
    listenBare(arrivals, berth, (socket) => {
      socket.on('data', (chunk: Buffer) => arrivals.bytes(chunk))
    }),
  connect: async (address) => new Pusher(await connectBare(address)),
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
