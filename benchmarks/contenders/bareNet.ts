import type { Socket } from 'node:net'
import type { SocketContender } from 'framewright/bench'

const LENGTH_BYTES = 4
const SLAB_BYTES = 65_536
/** Larger messages are not copied: they leave by reference, right behind their length. */
const COPIED_BYTES = 16_384

/**
 * The floor: a length in front of each message and nothing else, as fast as `node:net` goes by hand. Small messages of
 * one tick leave in one write and are cut out of the chunk they came in; a large one is copied once, at its receiver. No
 * limit, no check, no promise that nobody waits for.
 */
export const bareNet: SocketContender = {
  name: 'bare net',
  module: import.meta.url,
  attach: (socket, received) => {
    read(socket, received)
    const gathered = new Gathered(socket)
    return { send: (message) => gathered.send(message) }
  },
}

class Gathered {
  readonly #socket: Socket
  #slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES)
  #filled = 0
  #drained: Promise<void> | undefined

  constructor(socket: Socket) {
    this.#socket = socket
  }

  send(message: Buffer): Promise<void> | void {
    if (message.length > COPIED_BYTES) return this.#sendLarge(message)
    if (this.#filled + LENGTH_BYTES + message.length > SLAB_BYTES) this.#flush()
    if (this.#filled === 0) process.nextTick(() => this.#flush())
    this.#slab.writeUInt32BE(message.length, this.#filled)
    this.#slab.set(message, this.#filled + LENGTH_BYTES)
    this.#filled += LENGTH_BYTES + message.length
    return this.#drained
  }

  #sendLarge(message: Buffer): Promise<void> {
    this.#flush()
    const head = Buffer.allocUnsafe(LENGTH_BYTES)
    head.writeUInt32BE(message.length)
    return new Promise((resolve, reject) => {
      this.#socket.cork()
      this.#socket.write(head)
      this.#socket.write(message, (error) => (error instanceof Error ? reject(error) : resolve()))
      this.#socket.uncork()
    })
  }

  #flush(): void {
    if (this.#filled === 0) return
    const more = this.#socket.write(this.#slab.subarray(0, this.#filled))
    this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
    this.#filled = 0
    if (more || this.#drained !== undefined) return
    this.#drained = new Promise((resolve) => {
      this.#socket.once('drain', () => {
        this.#drained = undefined
        resolve()
      })
    })
  }
}

const read = (socket: Socket, received: (message: Buffer) => void): void => {
  let rest: Buffer = Buffer.alloc(0)
  let large: Buffer | undefined
  let filled = 0
  socket.on('data', (chunk: Buffer) => {
    let at = 0
    if (large !== undefined) {
      at = chunk.copy(large, filled)
      filled += at
      if (filled < large.length) return
      received(large)
      large = undefined
    }
    const input = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (input.length - at >= LENGTH_BYTES) {
      const length = input.readUInt32BE(at)
      const end = at + LENGTH_BYTES + length
      if (end > input.length) {
        if (length <= COPIED_BYTES) break
        large = Buffer.allocUnsafeSlow(length)
        filled = input.copy(large, 0, at + LENGTH_BYTES)
        at = input.length
        break
      }
      received(input.subarray(at + LENGTH_BYTES, end))
      at = end
    }
    rest = input.subarray(at)
  })
}
