import { expect } from 'chai'
import { codeOf } from '../support/codeOf.js'
import { lcg32 } from '../support/lcg32.js'
import { ManualClock } from '../support/manualClock.js'
import { opened } from '../support/opened.js'
import { clientWithPeer, PlainClient, PlainServer, portOfServer, serverWithPeer } from '../support/pair.js'
import { RawListener, RawPeer } from '../support/rawPeer.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { Bare, Echo, Witness } from '../support/witness.js'

describe('what tinyproto.md 7 says about connections', () => {
  for (const [how, say] of [
    ['fe', (peer: RawPeer) => peer.send('fe').fin()],
    ['fe without an end', (peer: RawPeer) => peer.send('fe')],
    ['254 bytes of 00', (peer: RawPeer) => peer.send(Buffer.alloc(254)).fin()],
    ['a reset', (peer: RawPeer) => peer.rst()],
    ['an end of the stream', (peer: RawPeer) => peer.fin()],
  ] as const) {
    it(`L1: ${how} in place of the opening ff is OPENING_REFUSED to a client`, async () => {
      const clock = new ManualClock()
      await using ends = await clientWithPeer(Witness, { clock })
      await ends.peer.expect('ff')
      say(ends.peer)
      expect(await rejection(clock.passUntil(ends.connected))).to.have.property('code', 'OPENING_REFUSED')
    })
  }

  it('L1: a full server sends one fe, closes, and serves those it has', async () => {
    await using ends = await serverWithPeer(Echo, { connectionLimit: 1 })
    await ends.peer.open()
    await using late = await RawPeer.connect(portOfServer(ends.server))
    await late.send('ff 00000001 78').expect('fe')
    expect(await late.ended).to.equal('fin')
    expect(late.unread).to.equal('')
    await ends.peer.send('00000001 78').expect('ff 00000001')
  })

  it('L1: a listener that accepts and never says anything is OPENING_TIMEOUT', async () => {
    const clock = new ManualClock()
    await using ends = await clientWithPeer(Witness, { clock, openingTimeoutMs: 5_000 })
    expect(await rejection(clock.passUntil(ends.connected))).to.have.property('code', 'OPENING_TIMEOUT')
    expect(clock.now()).to.be.within(5_000, 8_000)
  })

  it('L2: the place of a connection that has ended is free at once', async () => {
    await using ends = await serverWithPeer(Witness, { connectionLimit: 1 })
    await ends.peer.open()
    ends.peer.fin()
    await ends.server.first.over
    await using next = await RawPeer.connect(portOfServer(ends.server))
    await next.open()
  })

  it('D1: a peer that is dead but open makes the transmit fail with ANSWER_TIMEOUT', async () => {
    const clock = new ManualClock()
    await using ends = await clientWithPeer(Witness, { clock, answerTimeoutMs: 5_000 })
    const connection = await opened(ends)
    expect(await rejection(clock.passUntil(connection.transmit(Buffer.from('?'))))).to.have.property(
      'code',
      'ANSWER_TIMEOUT',
    )
    expect(codeOf(await clock.passUntil(connection.over))).to.equal('ANSWER_TIMEOUT')
  })

  it('D1: after an error of ours postLoop runs and the socket closes', async () => {
    class Throwing extends Witness {
      protected override transmissionReceived(): void {
        throw new Error('not today')
      }
    }
    await using ends = await serverWithPeer(Throwing)
    await ends.peer.open()
    ends.peer.send('00000000')
    expect(await ends.peer.ended).to.equal('fin')
    ends.peer.fin()
    expect(codeOf(await ends.server.first.over)).to.equal('HOOK_FAILED')
    expect(ends.server.first.log).to.deep.equal(['preLoop', 'postLoop HOOK_FAILED'])
  })

  it('C1: a client forgets a connection that is over', async () => {
    await using ends = await clientWithPeer(Witness)
    const connection = await opened(ends)
    expect([...ends.client.activeConnections.values()]).to.deep.equal([connection])
    ends.peer.fin()
    await connection.over
    await turns()
    expect(ends.client.activeConnections.size).to.equal(0)
  })
})

describe('what tinyproto.md 7 says about sending', () => {
  const NOT_BYTES: readonly (readonly [what: string, value: unknown])[] = [
    ['text', 'abc'],
    ['wider elements', new Uint16Array([1, 2])],
    ['an array', [1, 2]],
    ['a bare ArrayBuffer', new ArrayBuffer(2)],
  ]
  for (const [what, value] of NOT_BYTES) {
    it(`X2: ${what} is NOT_BYTES and leaves no byte`, async () => {
      await using ends = await clientWithPeer(Witness)
      const connection = await opened(ends)
      const misused: { transmit(message: unknown): Promise<void> } = connection
      expect(await rejection(misused.transmit(value))).to.include({ code: 'NOT_BYTES', fault: 'local' })
      void connection.transmit(Buffer.from('next'))
      await ends.peer.expect('00000004')
    })
  }

  it('X3: a size above f0ffffff is refused locally and leaves no byte', async () => {
    await using ends = await clientWithPeer(Witness)
    const connection = await opened(ends)
    expect(await rejection(connection.transmitStream([], 0xf100_0000))).to.have.property('code', 'MESSAGE_UNSENDABLE')
    void connection.transmit(Buffer.from('next'))
    await ends.peer.expect('00000004')
  })

  it('X4: a peer that sends byte by byte, each after a second, is served', async () => {
    const clock = new ManualClock()
    await using ends = await serverWithPeer(Witness, { clock })
    await ends.peer.open()
    for (const byte of ['00', '00', '00', '03', '61', '62', '63']) {
      ends.peer.send(byte)
      await turns()
      clock.advance(1_000)
    }
    expect((await ends.server.first.arrived(1)).join()).to.equal('abc')
  })

  it('X5: what is transmitted before the opening is done leaves after it', async () => {
    await using listener = await RawListener.open()
    const raw = RawPeer.connect(listener.port)
    const peer = await listener.next()
    const { socket } = await raw
    const connection = new Witness()
    const ran = connection.run(socket.removeAllListeners(), 'opener')
    const sent = connection.transmit(Buffer.from('early'))
    await peer.expect('ff')
    expect(peer.unread).to.equal('')
    await peer.send('ff').expect('00000005')
    await peer.send('ff').expect('6561726c79')
    await sent
    peer.fin()
    await ran
  })

  it('R1: a truncated payload does not even reach a plugin', async () => {
    const seen: Uint8Array[] = []
    const plugin = { outbound: (m: Uint8Array) => m, inbound: (m: Uint8Array) => (seen.push(m), m) }
    await using ends = await serverWithPeer(Witness, { plugins: [plugin] })
    await ends.peer.open()
    ends.peer.send('00000003 6162').fin()
    expect(codeOf(await ends.server.first.over)).to.equal('FRAME_TRUNCATED')
    expect(seen).to.deep.equal([])
  })
})

describe('what tinyproto.md 7 says about servers', () => {
  it('S1: a peer that says nothing, or stops inside a header, is given up, and nobody else waits for it', async () => {
    const clock = new ManualClock()
    await using ends = await serverWithPeer(Echo, { clock })
    await using stopped = await RawPeer.connect(portOfServer(ends.server))
    await using good = await RawPeer.connect(portOfServer(ends.server))
    await stopped.open()
    stopped.send('0000')
    await good.open()
    await good.send('00000001').expect('ff')
    await good.send('78').expect('00000001')
    const [silent, begun] = ends.server.made
    if (silent === undefined || begun === undefined) throw new Error('connections are missing')
    expect(codeOf(await clock.passUntil(silent.over))).to.equal('OPENING_TIMEOUT')
    expect(codeOf(await clock.passUntil(begun.over))).to.equal('MESSAGE_TIMEOUT')
  })

  it('S2: an announced f0ffffff takes no memory of that size', async () => {
    await using ends = await serverWithPeer(Witness, { maxMessageBytes: 0xf0ff_ffff, maxMemoryBytes: 2 ** 40 })
    await ends.peer.open()
    const before = process.memoryUsage().arrayBuffers
    await ends.peer.send('f0ffffff').expect('ff')
    ends.peer.send(lcg32(1, 1_000)).fin()
    expect(codeOf(await ends.server.first.over)).to.equal('FRAME_TRUNCATED')
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(4_194_304)
  })

  it('S3: a server on ::1 and a client to it speak IPv6', async () => {
    await using server = new PlainServer({ listen: ['[::1]:0'], handler: Echo })
    await server.start()
    await using client = new PlainClient({ handler: Witness })
    const connection = await client.connectTo(`[::1]:${portOfServer(server)}`)
    await connection.transmit(Buffer.from('six'))
    expect((await connection.arrived(1)).join()).to.equal('six')
    expect(server.first.remoteAddress).to.match(/^\[::1\]:\d+$/)
  })

  it('S4: throws in connInit, connShutdown and loopPass are raised, and the server goes on', async () => {
    const clock = new ManualClock()
    class Clumsy extends PlainServer<Bare> {
      #inits = 0
      protected override connInit(): void {
        if (this.#inits++ === 0) throw new Error('init')
      }
      protected override connShutdown(): void {
        throw new Error('shutdown')
      }
      protected override loopPass(): void {
        throw new Error('pass')
      }
    }
    await using server = new Clumsy({ listen: [0], handler: Bare, clock, tickMs: 30 })
    await server.start()
    await using dropped = await RawPeer.connect(portOfServer(server))
    await dropped.ended
    await using peer = await RawPeer.connect(portOfServer(server))
    await peer.open()
    clock.advance(30)
    await peer.fin().ended
    await server.close()
    expect(server.raised.map(({ detail }) => detail['hook'])).to.deep.equal(['connInit', 'loopPass', 'connShutdown'])
  })

  it('S5: a stopped server starts again, and a failed second address frees the first', async () => {
    await using taken = await RawListener.open()
    await using server = new PlainServer({ listen: [0, taken.port], handler: Bare })
    expect(await rejection(server.start())).to.have.property('code', 'ADDRESS_IN_USE')
    expect(server.addresses).to.deep.equal([])
    await taken[Symbol.asyncDispose]()
    await server.start()
    const first = portOfServer(server)
    await server.close()
    await using again = new PlainServer({ listen: [first], handler: Bare })
    await again.start()
    await server.start()
    expect(server.addresses).to.have.length(2)
  })

  it('S6: the list of addresses is copied, and those that are there stay in activeConnections while others end', async () => {
    const listen = [0]
    await using server = new PlainServer({ listen, handler: Witness })
    listen.pop()
    await server.start()
    const peers = await Promise.all([1, 2, 3].map(() => RawPeer.connect(portOfServer(server))))
    await Promise.all(peers.map((peer) => peer.open()))
    const [one, two, three] = server.made
    peers[1]?.fin()
    await two?.over
    await turns()
    expect([...server.activeConnections.values()]).to.have.members([one, three])
    await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()))
  })
})
