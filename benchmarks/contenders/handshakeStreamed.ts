import type { Readable } from 'node:stream'
import { Connection } from 'framewright'
import { type Arrivals, CARRIERS, type Contender, inHalves } from 'framewright/bench'
import { connectOurs, receiverOf, serveOurs } from './ourEnds.js'

/** Messages above this come as streams; the smallest limit that still lets an opening through. */
const HELD_BYTES = 65_536

/** From a source of pieces to a stream: no end ever holds a whole message. */
export const handshakeStreamed: Contender = {
  name: 'pipelined, streamed',
  module: import.meta.url,
  carriers: CARRIERS,
  serve: (arrivals, berth) => serveOurs(berth, streamReaderOf(arrivals), { maxMessageBytes: HELD_BYTES }),
  connect: async (address, replies) => {
    const connection = await connectOurs(address, receiverOf(replies), { pipeline: true })
    return {
      send: (messages) =>
        inHalves(messages, (first, end) => {
          let last = Promise.resolve()
          for (let index = first; index < end; index++)
            last = connection.transmitStream(messages.pieces(index), messages.bytes)
          return last
        }),
      close: () => connection.close(),
    }
  },
}

const streamReaderOf = (arrivals: Arrivals): (new () => Connection) =>
  class extends Connection {
    protected override transmissionStream(_size: number, readable: Readable): Promise<void> {
      return new Promise((resolve, reject) => {
        readable.on('data', (piece: Buffer) => arrivals.bytes(piece))
        readable.on('error', reject)
        readable.on('end', () => {
          arrivals.ended()
          resolve()
        })
      })
    }

    protected override postLoop(cause: Error | undefined): void {
      if (cause !== undefined) arrivals.fail(cause)
    }
  }
