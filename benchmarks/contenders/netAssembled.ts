import type { Socket } from 'node:net'
import { type Arrivals, inHalves, lastLeft, type Messages, type Sending } from 'framewright/bench'
import { byHand } from './byHand.js'

const LENGTH_BYTES = 4

/** A length in front of each message and nothing else; the receiver copies each once, into its final buffer. */
export const netAssembled = byHand({
  name: 'bare net, assembled',
  module: import.meta.url,
  receive: (socket, arrivals) => assemble(socket, arrivals),
  sender: (socket) => new Pusher(socket),
})

const assemble = (socket: Socket, arrivals: Arrivals): void => {
  const head = Buffer.alloc(LENGTH_BYTES)
  let headFilled = 0
  let message: Buffer | undefined
  let filled = 0
  socket.on('data', (chunk: Buffer) => {
    let at = 0
    while (at < chunk.length) {
      if (message === undefined) {
        const copied = chunk.copy(head, headFilled, at)
        at += copied
        headFilled += copied
        if (headFilled < LENGTH_BYTES) return
        headFilled = 0
        filled = 0
        message = Buffer.allocUnsafeSlow(head.readUInt32BE())
      }
      const copied = chunk.copy(message, filled, at)
      at += copied
      filled += copied
      if (filled < message.length) return
      arrivals.message(message)
      message = undefined
    }
  })
}

class Pusher implements Pick<Sending, 'send'> {
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
    socket.resume()
  }

  send(messages: Messages): Promise<void> {
    return inHalves(messages, (first, end) => {
      for (let index = first; index < end - 1; index++) this.#write(messages.at(index))
      return lastLeft((done) => this.#write(messages.at(end - 1), done))
    })
  }

  #write(message: Buffer, done?: (error?: Error | null) => void): void {
    const head = Buffer.allocUnsafe(LENGTH_BYTES)
    head.writeUInt32BE(message.length)
    this.#socket.cork()
    this.#socket.write(head)
    this.#socket.write(message, done)
    this.#socket.uncork()
  }
}
