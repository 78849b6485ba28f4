import type { Socket } from 'node:net'
import type { Arrivals, Messages, Sending } from 'framewright/bench'
import { byHand } from './byHand.js'

const LENGTH_BYTES = 4
const SLAB_BYTES = 65_536
/** As the core has it unless told otherwise. */
const WINDOW_BYTES = 4_194_304

/**
 * The bytes of the pipelined handshake for small messages, by hand and with nothing else: lengths and payloads are
 * copied into a slab that is written when full, the window is respected, and the answers to one chunk leave in one
 * write. No promise, no limit, no check.
 */
export const netPipelined = byHand({
  name: 'bare net, same framing',
  module: import.meta.url,
  receive: (socket, arrivals) => answer(socket, arrivals),
  sender: (socket) => new Pusher(socket),
})

const answer = (socket: Socket, arrivals: Arrivals): void => {
  const oks = Buffer.alloc(SLAB_BYTES / LENGTH_BYTES, 0xff)
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    const input = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    let messages = 0
    while (input.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + input.readUInt32BE(at)
      if (end > input.length) break
      arrivals.message(input.subarray(at + LENGTH_BYTES, end))
      at = end
      messages++
    }
    rest = input.subarray(at)
    if (messages > 0) socket.write(oks.subarray(0, messages))
  })
}

class Pusher implements Pick<Sending, 'send'> {
  readonly #socket: Socket
  #answered: (answers: number) => void = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#answered(chunk.length))
  }

  send(messages: Messages): Promise<void> {
    const { bytes, count } = messages
    const frameBytes = LENGTH_BYTES + bytes
    const window = Math.floor(WINDOW_BYTES / frameBytes)
    const slabMessages = Math.floor(SLAB_BYTES / frameBytes)
    const socket = this.#socket
    let sent = 0
    let answered = 0
    return new Promise((resolve) => {
      const push = (): void => {
        while (sent < count && sent - answered < window) {
          const batch = Math.min(slabMessages, count - sent, window - (sent - answered))
          const slab = Buffer.allocUnsafeSlow(batch * frameBytes)
          for (let at = 0; at < slab.length; at += frameBytes) {
            slab.writeUInt32BE(bytes, at)
            slab.set(messages.at(sent++), at + LENGTH_BYTES)
          }
          socket.write(slab)
        }
      }
      this.#answered = (answers) => {
        answered += answers
        if (answered === count) return resolve()
        push()
      }
      push()
    })
  }
}
