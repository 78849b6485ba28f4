// An echo server and a client, in one process. Three messages go there and come back; then both ends close.
// Run it with `npx tsx examples/01-echo.ts`. It prints:
//
//   the server listens at 127.0.0.1:(a free port)
//   "hello" came back
//   "" came back
//   1000000 bytes came back, unchanged
//   both ends are closed

import { Client, Connection, Server } from 'framewright'

/** At the server: sends each message back. The next message waits until this promise has settled. */
class Echo extends Connection {
  protected override transmissionReceived(message: Buffer): Promise<void> {
    return this.transmit(message)
  }
}
class EchoServer extends Server<Echo> {}

/** At the client: overrides no hook, so what arrives waits for `receive()`. */
class Caller extends Connection {}
class EchoClient extends Client<Caller> {}

const server = new EchoServer({ listen: ['127.0.0.1:0'], handler: Echo })
await server.start()
const address = server.address
console.log('the server listens at', String(address))

const client = new EchoClient({ handler: Caller })
const caller = await client.connectTo(address)

for (const text of ['hello', '']) {
  await caller.transmit(Buffer.from(text))
  const answer = await caller.receive()
  console.log(`"${answer.toString()}" came back`)
}

const large = Buffer.alloc(1_000_000, 'abc')
await caller.transmit(large)
const answer = await caller.receive()
console.log(`${answer.length} bytes came back, ${answer.equals(large) ? 'unchanged' : 'but not the same'}`)

await client.close()
await server.close()
console.log('both ends are closed')
