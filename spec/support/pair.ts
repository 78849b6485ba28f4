import { Client, type ClientOptions } from '@/core/client.js'
import type { Connection } from '@/core/connection.js'
import type { ConnectionOptions } from '@/core/options.js'
import { Server } from '@/core/server.js'
import type { ServerOptions } from '@/core/serverOptions.js'
import type { TransportError } from '@/errors.js'
import { RawListener, RawPeer } from './rawPeer.js'

/** A server without hooks of its own. */
export class PlainServer<C extends Connection> extends Server<C> {
  /** All connections it ever made. */
  readonly made: C[] = []
  /** What belonged to no connection. */
  readonly raised: TransportError[] = []

  protected override createConnection(): C {
    const connection = super.createConnection()
    this.made.push(connection)
    return connection
  }

  protected override errorRaised(error: TransportError): void {
    this.raised.push(error)
  }

  /** The first connection it made. */
  get first(): C {
    return firstOf(this.made)
  }
}

/** A client without hooks of its own. */
export class PlainClient<C extends Connection> extends Client<C> {
  /** All connections it ever made. */
  readonly made: C[] = []

  protected override createConnection(): C {
    const connection = super.createConnection()
    this.made.push(connection)
    return connection
  }

  /** The first connection it made. */
  get first(): C {
    return firstOf(this.made)
  }
}

const firstOf = <C>([first]: readonly C[]): C => {
  if (first === undefined) throw new Error('no connection was made')
  return first
}

/** What a spec has opened, and how it is closed again. */
export interface Opened<S extends Connection, C extends Connection> extends AsyncDisposable {
  readonly server: PlainServer<S>
  readonly client: PlainClient<C>
  /** The connection at the end of the server. */
  readonly served: S
  /** The connection at the end of the client. */
  readonly connected: C
}

export interface PairOptions<S extends Connection, C extends Connection> {
  readonly serves: new () => S
  readonly connects: new () => C
  /** For both ends. */
  readonly both?: ConnectionOptions
  readonly server?: ServerOptions<S>
  readonly client?: ClientOptions<C>
}

/** A server and a client with one connection between them, over a real socket on loopback. */
export const connectedPair = async <S extends Connection, C extends Connection>(
  options: PairOptions<S, C>,
): Promise<Opened<S, C>> => {
  const { serves, connects, both } = options
  const server = new PlainServer({ listen: [0], ...both, ...options.server, handler: serves })
  const client = new PlainClient({ ...both, ...options.client, handler: connects })
  await server.start()
  const dispose = async (): Promise<void> => {
    await Promise.all([client.destroy(), server.destroy()])
  }
  try {
    const connected = await client.connectTo(portOfServer(server))
    return { server, client, connected, served: server.first, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** The TCP port of the first address of a server. */
export const portOfServer = (server: Server): number => {
  const [address] = server.addresses
  if (address === undefined) throw new Error('it does not listen')
  return address.port
}

/** A server that listens, and a raw peer that has connected to it and not said a word. */
export const serverWithPeer = async <C extends Connection>(
  serves: new () => C,
  options: ServerOptions<C> = {},
): Promise<{ readonly server: PlainServer<C>; readonly peer: RawPeer } & AsyncDisposable> => {
  const server = new PlainServer({ listen: [0], ...options, handler: serves })
  await server.start()
  const peer = await RawPeer.connect(portOfServer(server))
  return {
    server,
    peer,
    [Symbol.asyncDispose]: async () => {
      await peer[Symbol.asyncDispose]()
      await server.destroy()
    },
  }
}

/** A client that is connecting to a raw peer; `connected` settles when the opening is over. */
export const clientWithPeer = async <C extends Connection>(
  connects: new () => C,
  options: ClientOptions<C> = {},
): Promise<
  { readonly client: PlainClient<C>; readonly peer: RawPeer; readonly connected: Promise<C> } & AsyncDisposable
> => {
  const listener = await RawListener.open()
  const client = new PlainClient({ ...options, handler: connects })
  const connected = client.connectTo(listener.port)
  connected.catch(() => {})
  const peer = await listener.next()
  return {
    client,
    peer,
    connected,
    [Symbol.asyncDispose]: async () => {
      await listener[Symbol.asyncDispose]()
      await client.destroy()
    },
  }
}
