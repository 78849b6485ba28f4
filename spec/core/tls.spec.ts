import { expect } from 'chai'
import { TLSSocket } from 'node:tls'
import { selfSigned } from '@/core/certificate.js'
import { codeOf } from '../support/codeOf.js'
import { lcg32 } from '../support/lcg32.js'
import { ManualClock } from '../support/manualClock.js'
import { connectedPair, PlainClient, PlainServer, portOfServer } from '../support/pair.js'
import { RawListener, RawPeer } from '../support/rawPeer.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { Echo, Witness } from '../support/witness.js'

describe('over TLS', () => {
  let own: { readonly key: string; readonly cert: string } = { key: '', cert: '' }
  let strange = own
  before(async function () {
    this.timeout(20_000)
    ;[own, strange] = await Promise.all([
      selfSigned({ hosts: ['localhost', '127.0.0.1'] }),
      selfSigned({ hosts: ['localhost'] }),
    ])
  })

  for (const pipeline of [false, true]) {
    it(`${pipeline ? 'pipelined' : 'strict'} messages of all sizes cross whole and in order, and the close is in good order`, async () => {
      await using pair = await connectedPair({
        serves: Echo,
        connects: Witness,
        server: { tls: own },
        client: { tls: { ca: own.cert } },
        both: { pipeline },
      })
      const messages = [0, 1, 100, 20_000, 300_000, 2_000_000, 5].map((size) => lcg32(size + 1, size))
      const sent = messages.map((message) => pair.connected.transmit(message))
      const back = await pair.connected.arrived(messages.length)
      expect(back.every((message, at) => message.equals(messages[at] ?? Buffer.of(1)))).to.equal(true)
      await Promise.all(sent)
      await pair.connected.close()
      expect([await pair.connected.over, await pair.served.over]).to.deep.equal([undefined, undefined])
    })
  }

  it('both ends agree on the protocol framewright, and the client names the host', async () => {
    await using server = new PlainServer({ listen: ['localhost:0'], handler: Witness, tls: own })
    await server.start()
    await using client = new PlainClient({ handler: Witness, tls: { ca: own.cert } })
    const connection = await client.connectTo(`localhost:${portOfServer(server)}`)
    const { socket } = connection
    if (!(socket instanceof TLSSocket)) throw new Error('no TLS')
    expect(socket.alpnProtocol).to.equal('framewright')
    const served = server.first.socket
    if (!(served instanceof TLSSocket)) throw new Error('no TLS')
    expect(Reflect.get(served, 'servername')).to.equal('localhost')
  })

  it('a certificate that nobody vouches for is TLS_FAILED, and no socket is left', async () => {
    await using server = new PlainServer({ listen: [0], handler: Witness, tls: own })
    await server.start()
    await using client = new PlainClient({ handler: Witness, tls: { ca: strange.cert } })
    expect(await rejection(client.connectTo(portOfServer(server)))).to.have.property('code', 'TLS_FAILED')
    expect(client.activeConnections.size).to.equal(0)
  })

  it('a client without a certificate is refused by a server that wants one, and one with it is let in', async () => {
    const tls = { ...own, requestCert: true, rejectUnauthorized: true, ca: strange.cert }
    await using server = new PlainServer({ listen: [0], handler: Echo, tls })
    await server.start()
    await using bare = new PlainClient({ handler: Witness, tls: { ca: own.cert } })
    const refused = await rejection(bare.connectTo(portOfServer(server)))
    expect(refused.code).to.be.oneOf(['TLS_FAILED', 'OPENING_REFUSED', 'CONNECTION_RESET'])
    await using known = new PlainClient({ handler: Witness, tls: { ca: own.cert, ...strange } })
    const connection = await known.connectTo(portOfServer(server))
    await connection.transmit(Buffer.from('it is me'))
    expect(String(await connection.arrived(1))).to.equal('it is me')
  })

  it('a peer that speaks no TLS ends alone, and the server goes on', async () => {
    await using server = new PlainServer({ listen: [0], handler: Echo, tls: own })
    await server.start()
    await using stranger = await RawPeer.connect(portOfServer(server))
    stranger.send('ff 00000001')
    await stranger.ended
    await using client = new PlainClient({ handler: Witness, tls: { ca: own.cert } })
    const connection = await client.connectTo(portOfServer(server))
    await connection.transmit(Buffer.from('still here'))
    expect(String(await connection.arrived(1))).to.equal('still here')
  })

  it('a client that meets a server without TLS is TLS_FAILED or reset', async () => {
    await using server = new PlainServer({ listen: [0], handler: Witness, lingerMs: 1 })
    await server.start()
    await using client = new PlainClient({ handler: Witness, tls: true })
    expect((await rejection(client.connectTo(portOfServer(server)))).code).to.be.oneOf([
      'TLS_FAILED',
      'CONNECTION_RESET',
    ])
  })

  it('a server that is closed while a client is in its TLS hello does not wait for it', async () => {
    await using server = new PlainServer({ listen: [0], handler: Witness, tls: own, openingTimeoutMs: 60_000 })
    await server.start()
    await using silent = await RawPeer.connect(portOfServer(server))
    await turns(5)
    await server.close()
    await silent.ended
  })

  it('hellos count at the door: an address that begins them and says nothing keeps out only itself', async () => {
    await using server = new PlainServer({ listen: [0], handler: Echo, tls: own, openingLimitPerAddress: 1 })
    await server.start()
    const port = portOfServer(server)
    const clientAt = (localAddress: string): PlainClient<Witness> =>
      new PlainClient({ handler: Witness, localAddress, tls: { ca: own.cert } })
    await using client = clientAt('127.0.0.1')
    await client.connectTo(port)
    const silent = await RawPeer.connect(port)
    await turns(5)
    await using late = await RawPeer.connect(port)
    await late.ended
    await using elsewhere = clientAt('127.0.0.2')
    const other = await elsewhere.connectTo(port)
    await other.transmit(Buffer.from('x'))
    expect(String(await other.arrived(1))).to.equal('x')
    await silent[Symbol.asyncDispose]()
    while (client.activeConnections.size < 2) await client.connectTo(port).catch(() => {})
  })

  it('connectTimeoutMs counts until TLS is up', async () => {
    const clock = new ManualClock()
    await using silent = await RawListener.open()
    await using client = new PlainClient({ handler: Witness, tls: true, clock, connectTimeoutMs: 900 })
    const connected = client.connectTo(silent.port)
    connected.catch(() => {})
    await silent.next()
    await turns(3)
    clock.advance(900)
    expect(codeOf(await rejection(connected))).to.equal('CONNECT_TIMEOUT')
  })

  it('a connection that is reset ends with an error at both ends', async () => {
    await using pair = await connectedPair({
      serves: Witness,
      connects: Witness,
      server: { tls: own },
      client: { tls: { ca: own.cert } },
    })
    pair.connected.socket?.destroy(new Error('pulled'))
    expect(codeOf(await pair.connected.over)).to.equal('CONNECTION_BROKEN')
    await pair.served.over
  })
})
