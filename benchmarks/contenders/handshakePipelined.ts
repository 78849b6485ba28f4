import type { Contender } from 'framewright/bench'
import { connectHandshake } from './handshakeConnected.js'
import { receiverOf, serveHandshake } from './handshakeServing.js'
import { inHalves } from './inHalves.js'

/** A promise a message, the default window of 1 MiB. Half of `messages.ahead` is given at a time, then one promise awaited. */
export const handshakePipelined: Contender = {
  name: 'pipelined',
  module: import.meta.url,
  greeting: [0xff],
  serve: (arrivals) => serveHandshake(arrivals, receiverOf(arrivals)),
  connect: async (port) => {
    const connection = await connectHandshake(port, { pipeline: true })
    return {
      send: (messages) =>
        inHalves(messages, (first, end) => {
          let last = Promise.resolve()
          for (let index = first; index < end; index++) last = connection.transmit(messages.at(index))
          return last
        }),
      close: () => connection.close(),
    }
  },
}
