import { Client, Connection, type ConnectionOptions } from 'framewright'

/** A connection of ours with the default options, but for what is given. */
export const connectHandshake = (port: number, options: ConnectionOptions = {}): Promise<Connection> => {
  const client = new (class extends Client {})({ ...options, handler: class extends Connection {} })
  return client.connectTo({ host: '127.0.0.1', port })
}
