import { CARRIERS, type Contender } from 'framewright/bench'
import { connectWebSocket, serveWebSockets } from './webSocketEnds.js'

const nothing = (): void => {}

/** `ws` as it is used: one `send` a message, binary, no compression. */
export const wsBinary: Contender = {
  name: 'ws',
  module: import.meta.url,
  needs: ['ws'],
  carriers: CARRIERS,
  serve: (arrivals, berth) => serveWebSockets(arrivals, berth, nothing),
  connect: (address, replies) => connectWebSocket(address, replies, nothing),
}
