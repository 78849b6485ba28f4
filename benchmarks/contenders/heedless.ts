import { setImmediate as turn } from 'node:timers/promises'
import type { Contender, Messages, SendOne, SocketContender } from 'framewright/bench'
import { bareNet } from './bareNet.js'
import { connectOurs, receiverOf, serveOurs } from './ourEnds.js'
import { wsBinary } from './wsBinary.js'

/** So many messages are given before the sockets have their turn. */
const AT_ONCE = 64
/** `maxOutboxBytes` and `maxOutboxMessages`, as they are by default. */
const OUTBOX_BYTES = 16_777_216
const OUTBOX_MESSAGES = 65_536

/** Gives everything, and waits for nothing of it. What is given is kept: the memory of the messages is used again. */
const giveAll = async (messages: Messages, sendOne: SendOne): Promise<void> => {
  for (let index = 0; index < messages.count; index++) {
    void sendOne(Buffer.from(messages.at(index)))
    if (index % AT_ONCE === 0) await turn()
  }
}

/** The loop that is written first: whatever there is goes into the socket, whether or not that can take more. */
export const bareNetHeedless: SocketContender = {
  name: 'bare net, heedless',
  module: import.meta.url,
  attach: async (socket, received) => {
    const attached = await bareNet.attach(socket, received)
    return { ...attached, sendAll: (messages) => giveAll(messages, (message) => attached.send(message)) }
  },
}

/** `ws` as it is used: nobody looks at `bufferedAmount`. */
export const wsHeedless: Contender = {
  ...wsBinary,
  name: 'ws, heedless',
  module: import.meta.url,
  connect: async (address, replies) => {
    const sending = await wsBinary.connect(address, replies)
    const { sendOne } = sending
    if (sendOne === undefined) throw new Error('it does not send one message at a time')
    return { ...sending, send: (messages) => giveAll(messages, sendOne) }
  },
}

/** As heedless as a connection of ours lets its sender be: as much as the outbox takes, and one more when one has left. */
export const pipelinedToTheBrim: Contender = {
  name: 'pipelined, outbox full',
  module: import.meta.url,
  serve: (arrivals, berth) => serveOurs(berth, receiverOf(arrivals), { pipeline: true }),
  connect: async (address, replies) => {
    const options = { pipeline: true, maxOutboxBytes: OUTBOX_BYTES, maxOutboxMessages: OUTBOX_MESSAGES }
    const connection = await connectOurs(address, receiverOf(replies), options)
    return {
      send: async (messages) => {
        const leaving: Promise<void>[] = []
        for (let index = 0; index < messages.count; index++) {
          while (
            connection.outbound.bytes + messages.bytes > OUTBOX_BYTES ||
            connection.outbound.messages >= OUTBOX_MESSAGES
          )
            await leaving.shift()
          leaving.push(connection.transmit(Buffer.from(messages.at(index))))
        }
        await Promise.all(leaving)
      },
      close: () => connection.close(),
    }
  },
}
