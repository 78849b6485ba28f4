import type { Socket } from 'node:net'
import { CARRIERS, type Contender } from 'framewright/bench'
import { connectWebSocket, serveWebSockets } from './webSocketEnds.js'

/** Lets what is sent in one tick leave in one write. */
const corkTick = (socket: Socket): void => {
  if (socket.writableCorked > 0) return
  socket.cork()
  process.nextTick(() => socket.uncork())
}

/** `ws` with its socket corked for each tick, which its users can do and `ws` does not. */
export const wsCorked: Contender = {
  name: 'ws, corked',
  module: import.meta.url,
  needs: ['ws'],
  carriers: CARRIERS,
  serve: (arrivals, berth) => serveWebSockets(arrivals, berth, corkTick),
  connect: (address, replies) => connectWebSocket(address, replies, corkTick),
}
