import { Client, Connection, type ConnectionOptions, Server } from 'framewright'
import {
  type Address,
  addressAt,
  type Arrivals,
  type Berth,
  CARRIERS,
  type Contender,
  placeOf,
  type Sending,
  type SendOne,
  type Serving,
} from 'framewright/bench'

/** Above what any question sends whole. Two of the largest may wait to leave, since never fewer are given at once. */
const LARGEST_BYTES = 2 ** 28
const LIMITS = { maxMessageBytes: LARGEST_BYTES, maxOutboxBytes: 2 * LARGEST_BYTES }

/** A server of ours. Its options are the defaults, but for what is given and the limits on sizes and connections. */
export const serveOurs = async (
  berth: Berth,
  handler: new () => Connection,
  options: ConnectionOptions = {},
): Promise<Serving> => {
  const server = new (class extends Server {})({
    ...LIMITS,
    ...options,
    handler,
    listen: [placeOf(berth)],
    connectionLimit: 20_000,
    connectionLimitPerAddress: 20_000,
    openingLimitPerAddress: 20_000,
    ...(berth.carrier === 'tls' ? { tls: { key: berth.key, cert: berth.cert } } : {}),
  })
  await server.start()
  return {
    address: addressAt(berth, server.addresses[0]?.port ?? 0),
    get openConnections() {
      return [...server.activeConnections.values()].filter(({ phase }) => phase === 'open').length
    },
    close: () => server.close(),
  }
}

/** A client of ours with the default options, but for what is given. */
export const clientOfOurs = (
  address: Address,
  handler: new () => Connection,
  options: ConnectionOptions = {},
): Client => {
  const tls = address.carrier === 'tls' ? { tls: { ca: address.ca } } : {}
  return new (class extends Client {})({ ...LIMITS, ...options, ...tls, handler })
}

/** A connection of a client of its own. */
export const connectOurs = (
  address: Address,
  handler: new () => Connection,
  options: ConnectionOptions = {},
): Promise<Connection> => clientOfOurs(address, handler, options).connectTo(placeOf(address))

/** The class of connections that hand each message on as one Buffer. @param unwrap takes off what is around a message */
export const receiverOf = (arrivals: Arrivals, wrapping: Wrapping = BARE): (new () => Connection) =>
  class extends Connection {
    readonly #answer: SendOne = (message) => this.transmit(wrapping.wrap(message))

    protected override transmissionReceived(message: Buffer): void {
      arrivals.message(wrapping.unwrap(message), this.#answer)
    }

    protected override postLoop(cause: Error | undefined): void {
      if (cause !== undefined) arrivals.fail(cause)
    }
  }

/** What is put around a message, and taken off again, where a framing carries texts of some form only. */
export interface Wrapping {
  wrap(message: Buffer): Buffer
  unwrap(message: Buffer): Buffer
}
const BARE: Wrapping = { wrap: (message) => message, unwrap: (message) => message }

/** How a connection of ours sends a sample. */
export type Way = (sendOne: (message: Buffer) => Promise<void>, ...args: Parameters<Sending['send']>) => Promise<void>

export interface OurContender {
  readonly name: string
  readonly module: string
  readonly options: ConnectionOptions
  readonly way: Way
  readonly greeting?: readonly number[]
  readonly wrapping?: Wrapping
}

/** A contender whose ends are a server and a client of ours with the same options. */
export const ourContender = ({ name, module, options, way, greeting, wrapping = BARE }: OurContender): Contender => {
  // As a program has it: one client and one class, however many connections it makes.
  const clients = new WeakMap<Arrivals, Client>()
  return {
    name,
    module,
    carriers: CARRIERS,
    ...(greeting === undefined ? {} : { greeting }),
    serve: (arrivals, berth) => serveOurs(berth, receiverOf(arrivals, wrapping), options),
    connect: async (address, replies) => {
      const client = clients.get(replies) ?? clientOfOurs(address, receiverOf(replies, wrapping), options)
      clients.set(replies, client)
      const connection = await client.connectTo(placeOf(address))
      const sendOne = (message: Buffer): Promise<void> => connection.transmit(wrapping.wrap(message))
      return { send: (messages) => way(sendOne, messages), sendOne, close: () => connection.close() }
    },
  }
}
