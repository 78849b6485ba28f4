import type { SocketContender } from 'framewright/bench'
import { written } from './written.js'

/** `frame-stream` as its README shows it: an encoder piped into the socket, the socket piped into a decoder. */
export const frameStream: SocketContender = {
  name: 'frame-stream',
  module: import.meta.url,
  needs: ['frame-stream'],
  // Its decoder pushes empty ones into a stream that does not pass them on.
  leastBytes: 1,
  attach: async (socket, received) => {
    const { decode, encode } = await import('frame-stream')
    const [encoder, decoder] = undeprecated(() => [encode(), decode()] as const)
    encoder.pipe(socket)
    socket.pipe(decoder).on('data', received)
    return { send: (message) => written(encoder, message) }
  },
}

/** Both call what Node.js 24 warns of, and nobody who only compares can do anything about that. */
const undeprecated = <Result>(make: () => Result): Result => {
  const { noDeprecation = false } = process
  process.noDeprecation = true
  try {
    return make()
  } finally {
    process.noDeprecation = noDeprecation
  }
}
