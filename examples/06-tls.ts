// Mutual TLS: the server shows a certificate, and so must every client. Both are made here, for development only. Run it
// with `npx tsx examples/06-tls.ts`. It prints:
//
//   the server sees the certificate of "ada"
//   over TLSv1.3 came back "for your eyes only"
//   a client without a certificate is turned away: (the code)
//   a client that does not trust the server goes away: TLS_FAILED

import { TLSSocket } from 'node:tls'
import { Client, Connection, selfSigned, Server, TransportError } from 'framewright'

class Echo extends Connection {
  protected override preLoop(): void {
    if (!(this.socket instanceof TLSSocket)) return
    const { subject } = this.socket.getPeerCertificate()
    console.log(`the server sees the certificate of "${String(subject.CN)}"`)
  }
  protected override transmissionReceived(message: Buffer): Promise<void> {
    return this.transmit(message)
  }
}
class EchoServer extends Server<Echo> {}
class Caller extends Connection {}
class EchoClient extends Client<Caller> {}

const forServer = await selfSigned({ hosts: ['localhost', '127.0.0.1'] })
const forAda = await selfSigned({ hosts: ['ada.example'], commonName: 'ada' })

const server = new EchoServer({
  listen: ['127.0.0.1:0'],
  handler: Echo,
  tls: { key: forServer.key, cert: forServer.cert, ca: [forAda.cert], requestCert: true, rejectUnauthorized: true },
})
await server.start()
const { port } = server.address

const ada = new EchoClient({ handler: Caller, tls: { ca: forServer.cert, key: forAda.key, cert: forAda.cert } })
const caller = await ada.connectTo(`localhost:${port}`)
await caller.transmit(Buffer.from('for your eyes only'))
const answer = await caller.receive()
const version = caller.socket instanceof TLSSocket ? caller.socket.getProtocol() : 'no TLS'
console.log(`over ${version} came back "${answer.toString()}"`)
await ada.close()

/** Why no connection comes about. */
const refusalOf = async (client: EchoClient): Promise<string> => {
  try {
    await client.connectTo(`localhost:${port}`)
    return 'it was let in'
  } catch (error) {
    return error instanceof TransportError ? error.code : String(error)
  }
}
const nobody = new EchoClient({ handler: Caller, tls: { ca: forServer.cert } })
console.log('a client without a certificate is turned away:', await refusalOf(nobody))
const doubter = new EchoClient({ handler: Caller, tls: true })
console.log('a client that does not trust the server goes away:', await refusalOf(doubter))

await server.close()
