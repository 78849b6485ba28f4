import type { Socket } from 'node:net'
import type { Arrivals, Contender, Messages, Sending } from 'framewright/bench'
import { byHand } from './byHand.js'

const OK = Buffer.from([0xff])
const LENGTH_BYTES = 4

/** A length out, an answer in, then the payload, and the next length behind it or after it. */
const pingPong = (name: string, awaits: boolean): Contender =>
  byHand({
    name,
    module: import.meta.url,
    receive: (socket, arrivals) => answer(socket, arrivals),
    sender: (socket) => new Asker(socket, awaits),
  })

const answer = (socket: Socket, arrivals: Arrivals): void => {
  let size = -1
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      if (size < 0) {
        if (rest.length < LENGTH_BYTES) return
        size = rest.readUInt32BE()
        rest = rest.subarray(LENGTH_BYTES)
        socket.write(OK)
      }
      if (rest.length < size) return
      arrivals.message(rest.subarray(0, size))
      rest = rest.subarray(size)
      size = -1
    }
  })
}

class Asker implements Pick<Sending, 'send'> {
  readonly #socket: Socket
  readonly #awaits: boolean
  #answered: (answers: number) => void = () => {}

  /** @param awaits whether a payload must have left before the next length does */
  constructor(socket: Socket, awaits: boolean) {
    this.#socket = socket
    this.#awaits = awaits
    socket.on('data', (chunk: Buffer) => this.#answered(chunk.length))
  }

  send(messages: Messages): Promise<void> {
    const { bytes, count } = messages
    const socket = this.#socket
    const write = Buffer.alloc(bytes + LENGTH_BYTES)
    write.writeUInt32BE(bytes, bytes)
    const payload = write.subarray(0, bytes)
    const length = write.subarray(bytes)
    let index = 0
    return new Promise((resolve, reject) => {
      this.#answered = (answers) => {
        if (answers !== 1) return reject(new Error(`${answers} answers to one length`))
        messages.at(index++).copy(write)
        if (index === count) socket.write(payload, () => resolve())
        else if (this.#awaits) socket.write(payload, () => socket.write(length))
        else socket.write(write)
      }
      socket.write(length)
    })
  }
}

/** The bytes of the strict handshake, by hand. */
export const netPingPong = pingPong('bare net ping-pong', false)

/** The same bytes, but the next length leaves when the system has taken the payload: for a sender that waits for that. */
export const netPingPongAwaited = pingPong('bare net ping-pong, each awaited', true)
