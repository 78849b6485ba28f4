import type { SocketContender } from 'framewright/bench'
import { written } from './written.js'

const LENGTH_BYTES = 4

/**
 * The cautionary tale: a length and a message become one Buffer for each write, and what has arrived becomes one Buffer
 * with every chunk. What has been copied already is copied again each time, so a message of n chunks costs n² / 2.
 */
export const naiveConcat: SocketContender = {
  name: 'naive Buffer.concat',
  module: import.meta.url,
  attach: (socket, received) => {
    let rest: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= LENGTH_BYTES) {
        const end = LENGTH_BYTES + rest.readUInt32BE()
        if (rest.length < end) return
        received(rest.subarray(LENGTH_BYTES, end))
        rest = rest.subarray(end)
      }
    })
    return {
      send: (message) => {
        const head = Buffer.alloc(LENGTH_BYTES)
        head.writeUInt32BE(message.length)
        return written(socket, Buffer.concat([head, message]))
      },
    }
  },
}
