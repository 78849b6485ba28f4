import type { Contender } from 'framewright/bench'
import { connectBare, endBare } from './netConnected.js'
import { listenBare } from './netListening.js'

/** Sockets with a listener each for data, errors and the end, and nothing else. */
export const netIdle: Contender = {
  name: 'bare net sockets',
  module: import.meta.url,
  serve: (arrivals) =>
    listenBare(arrivals, (socket) => {
      socket.on('data', (chunk: Buffer) => arrivals.bytes(chunk))
    }),
  connect: async (port) => {
    const socket = await connectBare(port)
    return { send: () => Promise.reject(new Error('it only waits')), close: () => endBare(socket) }
  },
}
