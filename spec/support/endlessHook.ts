import { Client, Connection, Server } from '@/core/index.js'

// Closes a server one of whose hooks never returns, while nothing else would keep the process alive.

class Endless extends Connection {
  protected override transmissionReceived(): Promise<void> {
    return new Promise(() => {})
  }
}
class EndlessServer extends Server<Endless> {}
class Bare extends Connection {}
class PlainClient extends Client<Bare> {}

const server = new EndlessServer({ listen: [0], handler: Endless, closeTimeoutMs: 20 })
await server.start()
const client = new PlainClient({ handler: Bare, lingerMs: 1 })
const connection = await client.connectTo(server.address)
await connection.transmit(Buffer.from('a'))
await connection.close()
await client.close()
await server.close()
console.log('closed, connections:', server.activeConnections.size)
