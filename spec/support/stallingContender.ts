import type { SocketContender } from '@/bench/index.js'

export const STALL_MS = 200
/** Messages of one sample; so many of them have arrived when the receiver stalls. */
export const STALLING_COUNT = 300
const BEFORE_STALL = 50

/** Messages of 64 bytes without any framing. Once in each sample the receiver does nothing at all for a while. */
export const stalling: SocketContender = {
  name: 'stalling',
  module: import.meta.url,
  attach: (socket, received) => {
    let count = 0
    let rest: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      for (; rest.length >= 64; rest = rest.subarray(64)) {
        if (count++ % STALLING_COUNT === BEFORE_STALL)
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS)
        received(rest.subarray(0, 64))
      }
    })
    return { send: (message) => void socket.write(Buffer.from(message)) }
  },
}
