import type { Socket } from 'node:net'
import type { SocketContender } from 'framewright/bench'

const OK = Buffer.from([0xff])
const LENGTH_BYTES = 4

/** How a strict sender by hand gives its bytes to the socket. */
interface Manner {
  readonly name: string
  /** Small writes wait until what left before has been acknowledged, as a socket has it that nobody has told otherwise. */
  readonly nagle: boolean
  /** A payload and the length of the next message leave in one write. */
  readonly together: boolean
}

/** A strict sender, one way only: it waits for the answer to each length, and gives the next length with or behind the payload. */
const strictByHand = ({ name, nagle, together }: Manner): SocketContender => ({
  name,
  module: import.meta.url,
  attach: (socket, received) => {
    socket.setNoDelay(!nagle)
    const waiting: { readonly message: Buffer; readonly left: () => void }[] = []
    let announced = 0
    const announce = (): Buffer | undefined => {
      const next = waiting[announced]
      if (next === undefined || announced > 0) return undefined
      announced = 1
      const length = Buffer.alloc(LENGTH_BYTES)
      length.writeUInt32BE(next.message.length)
      return length
    }
    const answered = (): void => {
      const head = waiting.shift()
      if (head === undefined) return
      announced = 0
      const length = announce()
      if (together) socket.cork()
      socket.write(head.message, head.left)
      if (length !== undefined) socket.write(length)
      if (together) socket.uncork()
    }
    read(socket, received, answered)
    return {
      send: (message) =>
        new Promise<void>((left) => {
          waiting.push({ message, left })
          const length = announce()
          if (length !== undefined) socket.write(length)
        }),
    }
  },
})

/** What is not awaited as an answer begins a length: true of one who only sends, and of one who only receives. */
const read = (socket: Socket, received: (message: Buffer) => void, answered: () => void): void => {
  let rest: Buffer = Buffer.alloc(0)
  let size = -1
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      if (size < 0 && rest[0] === OK[0]) {
        rest = rest.subarray(1)
        answered()
        continue
      }
      if (size < 0) {
        if (rest.length < LENGTH_BYTES) return
        size = rest.readUInt32BE()
        rest = rest.subarray(LENGTH_BYTES)
        socket.write(OK)
      }
      if (rest.length < size) return
      received(rest.subarray(0, size))
      rest = rest.subarray(size)
      size = -1
    }
  })
}

/** All four ways. */
export const NAGLED: readonly SocketContender[] = [
  strictByHand({ name: 'two writes, Nagle on', nagle: true, together: false }),
  strictByHand({ name: 'one write, Nagle on', nagle: true, together: true }),
  strictByHand({ name: 'two writes, Nagle off', nagle: false, together: false }),
  strictByHand({ name: 'one write, Nagle off', nagle: false, together: true }),
]
