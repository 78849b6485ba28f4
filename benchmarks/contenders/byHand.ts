import type { Socket } from 'node:net'
import {
  type Arrivals,
  CARRIERS,
  connectBare,
  type Contender,
  endBare,
  listenBare,
  type Sending,
} from 'framewright/bench'

/** What the two ends of a contender do on bare sockets. */
export interface Ends {
  readonly name: string
  readonly module: string
  /** Tells `arrivals` of what comes on a socket that is open. */
  receive(socket: Socket, arrivals: Arrivals): void
  /** What sends samples on a socket that is open. */
  sender(socket: Socket): Pick<Sending, 'send'>
}

/** A contender of which only the bytes are its own: sockets of `node:net` or `node:tls`, and nothing between. */
export const byHand = ({ name, module, ...ends }: Ends): Contender => ({
  name,
  module,
  carriers: CARRIERS,
  serve: (arrivals, berth) => listenBare(arrivals, berth, (socket) => ends.receive(socket, arrivals)),
  connect: async (address) => {
    const socket = await connectBare(address)
    const sender = ends.sender(socket)
    return { send: (messages) => sender.send(messages), close: () => endBare(socket) }
  },
})
