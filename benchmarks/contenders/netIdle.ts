import { CARRIERS, connectBare, type Contender, endBare, listenBare } from 'framewright/bench'

/** Sockets with a listener each for data, errors and the end, and nothing else. */
export const netIdle: Contender = {
  name: 'bare net sockets',
  module: import.meta.url,
  carriers: CARRIERS,
  serve: (arrivals, berth) =>
    listenBare(arrivals, berth, (socket) => {
      socket.on('data', (chunk: Buffer) => arrivals.bytes(chunk))
    }),
  connect: async (address) => {
    const socket = await connectBare(address)
    return { send: () => Promise.reject(new Error('it only waits')), close: () => endBare(socket) }
  },
}
