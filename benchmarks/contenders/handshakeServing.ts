import { Connection, type ConnectionOptions, Server } from 'framewright'
import type { Arrivals, Serving } from 'framewright/bench'

/** A server of ours at a free port. Its options are the defaults, but for what is given and the limits on connections. */
export const serveHandshake = async (
  arrivals: Arrivals,
  handler: new () => Connection,
  options: ConnectionOptions = {},
): Promise<Serving> => {
  const server = new (class extends Server {})({
    ...options,
    handler,
    listen: ['127.0.0.1:0'],
    connectionLimit: 20_000,
    connectionLimitPerAddress: 20_000,
  })
  await server.start()
  return {
    port: server.addresses[0]?.port ?? 0,
    get openConnections() {
      return [...server.activeConnections.values()].filter(({ phase }) => phase === 'open').length
    },
    close: () => server.close(),
  }
}

/** The class of connections that hand each message on as one Buffer. */
export const receiverOf = (arrivals: Arrivals): (new () => Connection) =>
  class extends Connection {
    protected override transmissionReceived(message: Buffer): void {
      arrivals.message(message)
    }

    protected override postLoop(cause: Error | undefined): void {
      if (cause !== undefined) arrivals.fail(cause)
    }
  }
