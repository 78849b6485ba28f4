import { byHand } from './byHand.js'

/** Sockets with a listener each for data, errors and the end, and nothing else. */
export const netIdle = byHand({
  name: 'bare net sockets',
  module: import.meta.url,
  receive: (socket, arrivals) => socket.on('data', (chunk: Buffer) => arrivals.bytes(chunk)),
  sender: () => ({ send: () => Promise.reject(new Error('it only waits')) }),
})
