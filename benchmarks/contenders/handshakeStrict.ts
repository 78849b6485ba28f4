import type { Connection } from 'framewright'
import type { Contender, Messages, Sending } from 'framewright/bench'
import { connectHandshake } from './handshakeConnected.js'
import { receiverOf, serveHandshake } from './handshakeServing.js'

/** What an idle client says and hears when a connection opens. */
const GREETING = [0xff]

/** Each message is awaited before the next is given. */
export const handshakeAwaited: Contender = {
  name: 'strict, each awaited',
  module: import.meta.url,
  greeting: GREETING,
  serve: (arrivals) => serveHandshake(arrivals, receiverOf(arrivals)),
  connect: async (port) => sending(await connectHandshake(port), awaited),
}

/** One message always waits behind the one under way, so that its length leaves together with that one's payload. */
export const handshakeBusy: Contender = {
  name: 'strict, the next one waiting',
  module: import.meta.url,
  greeting: GREETING,
  serve: (arrivals) => serveHandshake(arrivals, receiverOf(arrivals)),
  connect: async (port) => sending(await connectHandshake(port), busy),
}

type Way = (connection: Connection, messages: Messages) => Promise<void>

const awaited: Way = async (connection, messages) => {
  for (let index = 0; index < messages.count; index++) await connection.transmit(messages.at(index))
}

const busy: Way = async (connection, messages) => {
  let before: Promise<void> | undefined
  for (let index = 0; index < messages.count; index++) {
    const next = connection.transmit(messages.at(index))
    await before
    before = next
  }
  await before
}

const sending = (connection: Connection, way: Way): Sending => ({
  send: (messages) => way(connection, messages),
  close: () => connection.close(),
})
