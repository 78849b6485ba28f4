// A client and a server with a proxy between them that cuts what the client says into pieces of 1 to 3 bytes. Prints:
//   "hello" came back through the proxy
//   a ladder of what left the proxy: the client's words in pieces, each with when it came and when it left
//   without its OK: ANSWER_TIMEOUT
// for the proxy then drops an OK on purpose, and the client gives up waiting for it. Runs half a second and ends.

import { Client, Connection, Server, TransportError } from 'framewright'
import { dialectNamed, parseFaults, Proxy, proxyTap, Timeline } from 'framewright/lab'

class Echo extends Connection {
  protected override transmissionReceived(message: Buffer): Promise<void> {
    return this.transmit(message)
  }
}
class EchoServer extends Server<Echo> {}
class Caller extends Connection {}
class EchoClient extends Client<Caller> {}

const server = new EchoServer({ listen: [0], handler: Echo })
await server.start()

const timeline = new Timeline()
const dialect = dialectNamed('handshake')
const observe = proxyTap(dialect, (event) => timeline.add(event))
const faults = parseFaults(['slice:1..3/up'])
const proxy = new Proxy({ listen: 0, target: server.address, dialect, faults, seed: 42, observe })
await proxy.start()

const client = new EchoClient({ handler: Caller, answerTimeoutMs: 400 })

const caller = await client.connectTo(proxy.address)
await caller.transmit(Buffer.from('hello'))
console.log(`"${(await caller.receive()).toString()}" came back through the proxy\n`)
console.log(timeline.ladder())

proxy.faults = parseFaults(['drop-ok/down'])
try {
  await caller.transmit(Buffer.from('are you there?'))
} catch (error) {
  if (error instanceof TransportError) console.log(`without its OK: ${error.code}`)
}

await client.close()
await proxy.close()
await server.close()
