import { expect } from 'chai'
import { connect } from 'node:net'
import { Gate } from '../support/gate.js'
import { ManualClock } from '../support/manualClock.js'
import { PlainClient, PlainServer, portOfServer, serverWithPeer } from '../support/pair.js'
import { RawPeer } from '../support/rawPeer.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { Bare, Witness } from '../support/witness.js'

describe('an asynchronous connInit', () => {
  class Waiting extends PlainServer<Witness> {
    readonly gate = new Gate()
    protected override connInit(): Promise<void> {
      return this.gate.pass()
    }
  }

  it('comes before the opening byte, and what the peer sends meanwhile waits', async () => {
    await using server = new Waiting({ listen: [0], handler: Witness })
    await server.start()
    await using peer = await RawPeer.connect(portOfServer(server))
    peer.send('ff 00000001 61')
    await server.gate.reached
    await turns(5)
    expect(peer.unread).to.equal('')
    server.gate.open()
    await peer.expect('ff ff')
    expect(String(await server.first.arrived(1))).to.equal('a')
  })

  it('counts towards connectionLimit and connectionLimitPerAddress', async () => {
    for (const limits of [{ connectionLimit: 1 }, { connectionLimitPerAddress: 1 }]) {
      await using server = new Waiting({ listen: [0], handler: Witness, ...limits })
      await server.start()
      await using first = await RawPeer.connect(portOfServer(server))
      await server.gate.reached
      await using second = await RawPeer.connect(portOfServer(server))
      await second.expect('fe')
      server.gate.open()
      await first.open()
    }
  })

  it('whose peer goes away meanwhile leaves nothing behind', async () => {
    await using server = new Waiting({ listen: [0], handler: Witness })
    await server.start()
    const peer = await RawPeer.connect(portOfServer(server))
    await server.gate.reached
    peer.rst()
    await peer.closed
    await turns(3)
    server.gate.open()
    await turns(3)
    expect(server.activeConnections.size).to.equal(0)
    await server.close()
  })

  for (const how of ['close', 'destroy', 'drain'] as const) {
    it(`that is pending when the server is to ${how} gets no connection, and ${how} resolves`, async () => {
      await using server = new Waiting({ listen: [0], handler: Witness, lingerMs: 1 })
      await server.start()
      await using peer = await RawPeer.connect(portOfServer(server))
      await server.gate.reached
      const over = server[how]()
      server.gate.open()
      await over
      expect(await peer.ended).to.equal('fin')
    })
  }
})

describe('limits of connections', () => {
  it('per address tell those beyond it fe, and others are let in', async () => {
    await using server = new PlainServer({ listen: [':0'], connectionLimitPerAddress: 2, handler: Bare })
    await server.start()
    const port = portOfServer(server)
    await using one = await RawPeer.connect(port)
    await using two = await RawPeer.connect(port)
    await one.open()
    await two.open()
    await using three = await RawPeer.connect(port)
    await three.expect('fe')
    const other = connect({ host: '::1', port, allowHalfOpen: true })
    await using six = new RawPeer(other)
    await six.open()
    await one.fin().ended
    await turns(2)
    await using again = await RawPeer.connect(port)
    await again.open()
  })

  it('per address at the door: those that do not open keep out others of theirs, without a byte, and nobody else', async () => {
    const limits = { openingLimitPerAddress: 2, connectionLimit: 8 }
    await using server = new PlainServer({ listen: [':0'], handler: Bare, ...limits })
    await server.start()
    const port = portOfServer(server)
    await using opened = await (await RawPeer.connect(port)).open()
    await using silent = await (await RawPeer.connect(port)).expect('ff')
    await using slow = await (await RawPeer.connect(port)).expect('ff')
    await using late = await RawPeer.connect(port)
    await late.ended
    expect(late.unread).to.equal('')
    await using other = new RawPeer(connect({ host: '::1', port, allowHalfOpen: true }))
    await other.open()
    slow.send('ff 00000000')
    await slow.expect('ff')
    await silent.fin().ended
    await using again = await RawPeer.connect(port)
    await again.open()
    expect(opened.unread).to.equal('')
  })

  it('connectionLimit can be raised and lowered while it runs, and a client is told OPENING_REFUSED', async () => {
    await using server = new PlainServer({ listen: [0], connectionLimit: 1, handler: Bare })
    await server.start()
    await using client = new PlainClient({ handler: Bare })
    const address = portOfServer(server)
    await client.connectTo(address)
    expect(await rejection(client.connectTo(address))).to.deep.include({
      code: 'OPENING_REFUSED',
      detail: { answer: 'fe' },
    })
    server.connectionLimit = 2
    await client.connectTo(address)
    server.connectionLimit = 1
    expect(await rejection(client.connectTo(address))).to.have.property('code', 'OPENING_REFUSED')
    expect(server.activeConnections.size).to.equal(2)
    for (const wrong of [0, 1.5, 1_000_001])
      expect(() => {
        server.connectionLimit = wrong
      })
        .to.throw()
        .with.property('code', 'OPTION_INVALID')
  })

  it('a newcomer that is turned away and never closes is destroyed after lingerMs', async () => {
    const clock = new ManualClock()
    await using ends = await serverWithPeer(Bare, { connectionLimit: 1, clock, lingerMs: 500 })
    await ends.peer.open()
    await using late = await RawPeer.connect(portOfServer(ends.server))
    await late.expect('fe')
    await late.ended
    clock.advance(500)
    const write = (): void => void late.socket.write('x')
    late.socket.on('error', () => {})
    while (!late.socket.destroyed) {
      write()
      await turns()
    }
  })
})
