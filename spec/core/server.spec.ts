import { expect } from 'chai'
import type { Connection } from '@/core/connection.js'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { ManualClock } from '../support/manualClock.js'
import { PlainClient, PlainServer, portOfServer, serverWithPeer } from '../support/pair.js'
import { RawListener, RawPeer } from '../support/rawPeer.js'
import { rejection } from '../support/rejection.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'
import { turns } from '../support/turns.js'
import { Bare, Echo, Witness } from '../support/witness.js'

/** Writes down its hooks. */
class Logging<C extends Connection> extends PlainServer<C> {
  readonly log: string[] = []
  protected override preLoop(): void | Promise<void> {
    this.log.push('preLoop')
  }
  protected override loopPass(): void | Promise<void> {
    this.log.push('loopPass')
  }
  protected override postLoop(): void | Promise<void> {
    this.log.push('postLoop')
  }
  protected override connInit(id: string, connection: C): void | Promise<void> {
    this.log.push(`connInit ${connection.phase} ${this.activeConnections.has(id)}`)
  }
  protected override connShutdown(id: string, connection: C, cause: Error | undefined): void | Promise<void> {
    this.log.push(`connShutdown ${connection.phase} ${this.activeConnections.has(id)} ${codeOf(cause) ?? 'in order'}`)
  }
}

describe('the hooks of a server', () => {
  it('run as preLoop, connInit before and connShutdown after each connection, loopPass at ticks, postLoop', async () => {
    const clock = new ManualClock()
    await using server = new Logging({ listen: [0], handler: Bare, clock, tickMs: 30 })
    await server.start()
    clock.advance(60)
    await using peer = await RawPeer.connect(portOfServer(server))
    await peer.open()
    await peer.fin().ended
    await turns(2)
    await server.close()
    expect(server.log).to.deep.equal([
      'preLoop',
      'loopPass',
      'loopPass',
      'connInit idle false',
      'connShutdown closed false in order',
      'postLoop',
    ])
    clock.advance(300)
    expect(server.log.at(-1)).to.equal('postLoop')
    expect(clock.pending).to.equal(0)
  })

  it('connShutdown runs with the cause for a connection that failed', async () => {
    await using server = new Logging({ listen: [0], handler: Witness, clock: new ManualClock() })
    await server.start()
    await using peer = await RawPeer.connect(portOfServer(server))
    await peer.open()
    peer.send('0000').rst()
    await server.first.over
    await turns()
    expect(server.log.at(-1)).to.match(/^connShutdown closed false (CONNECTION_RESET|in order)$/)
  })

  it('a loopPass that has not returned keeps the next one away', async () => {
    const clock = new ManualClock()
    const gate = new Gate()
    let passes = 0
    class Slow extends PlainServer<Bare> {
      protected override loopPass(): Promise<void> {
        passes++
        return gate.pass()
      }
    }
    await using server = new Slow({ listen: [0], handler: Bare, clock, tickMs: 10 })
    await server.start()
    clock.advance(100)
    expect(passes).to.equal(1)
    gate.open()
    await turns()
    clock.advance(10)
    expect(passes).to.equal(2)
  })

  it('preLoop that throws makes start reject with HOOK_FAILED, and a later start may succeed', async () => {
    class Moody extends PlainServer<Bare> {
      #starts = 0
      protected override preLoop(): void {
        if (this.#starts++ === 0) throw new Error('not yet')
      }
    }
    await using server = new Moody({ listen: [0], handler: Bare })
    expect(await rejection(server.start())).to.deep.include({ code: 'HOOK_FAILED' })
    expect(server.addresses).to.deep.equal([])
    await server.start()
    expect(server.addresses).to.have.length(1)
  })

  it('a class whose constructor throws drops that connection, and the server goes on', async () => {
    let throws = true
    class Moody extends Bare {
      constructor() {
        super()
        if (throws) throw new Error('no')
      }
    }
    await using ends = await serverWithPeer(Moody)
    expect(await ends.peer.ended).to.equal('fin')
    throws = false
    await using peer = await RawPeer.connect(portOfServer(ends.server))
    await peer.open()
    expect(ends.server.raised.map(({ code }) => code)).to.deep.equal(['HOOK_FAILED'])
  })

  it('a framing or plugin that cannot be made drops the newcomer, and errorRaised learns which option it was', async () => {
    class Stubborn {
      constructor() {
        throw new RangeError('not today')
      }
      outbound = (message: Uint8Array): Uint8Array => message
      inbound = (message: Uint8Array): Uint8Array => message
    }
    const framing = (): never => {
      throw new RangeError('not today')
    }
    for (const [option, given] of [
      ['framing', { framing }],
      ['plugins[0]', { plugins: [Stubborn] }],
    ] as const) {
      await using ends = await serverWithPeer(Bare, given)
      expect(await ends.peer.ended).to.equal('fin')
      const [raised] = ends.server.raised
      expect(raised?.detail).to.include({ option })
      expect(raised).to.include({ code: 'OPTION_INVALID' })
    }
  })
})

describe('starting and stopping a server', () => {
  it('twice is ALREADY_STARTED, and without an address ADDRESS_INVALID', async () => {
    await using server = new PlainServer({ handler: Bare })
    expect(await rejection(server.start())).to.have.property('code', 'ADDRESS_INVALID')
    server.addAddr(0)
    await server.start()
    expect(await rejection(server.start())).to.have.property('code', 'ALREADY_STARTED')
    expect(() => server.addAddr(0))
      .to.throw()
      .with.property('code', 'ALREADY_STARTED')
  })

  it('on a port in use is ADDRESS_IN_USE, and works once the port is free', async () => {
    const taken = await RawListener.open()
    await using server = new PlainServer({ listen: [taken.port], handler: Bare })
    expect(await rejection(server.start())).to.deep.include({ code: 'ADDRESS_IN_USE', fault: 'system' })
    await taken[Symbol.asyncDispose]()
    await server.start()
    expect(portOfServer(server)).to.equal(taken.port)
  })

  it('on an address of nobody is LISTEN_FAILED', async () => {
    await using server = new PlainServer({ listen: ['203.0.113.1:0'], handler: Bare })
    expect(await rejection(server.start())).to.have.property('code', 'LISTEN_FAILED')
  })

  it('that is closed while it starts listens nowhere afterwards', async () => {
    const gate = new Gate()
    class Slow extends PlainServer<Bare> {
      protected override preLoop(): Promise<void> {
        return gate.pass()
      }
    }
    const listeners = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length
    const before = listeners()
    await using server = new Slow({ listen: [0], handler: Bare })
    const started = server.start().then(
      () => 'started',
      () => 'refused',
    )
    await gate.reached
    const closed = server.close()
    gate.open()
    await Promise.all([started, closed])
    await turns(3)
    expect([server.addresses, listeners()]).to.deep.equal([[], before])
  })

  it('closed twice at once, or never started, is closed', async () => {
    await using server = new PlainServer({ listen: [0], handler: Bare })
    await server.close()
    await server.start()
    await Promise.all([server.close(), server.close(), server.destroy()])
    expect(server.addresses).to.deep.equal([])
  })

  it('closed twice at once, is closed for both only when its postLoop has run', async () => {
    const gate = new Gate()
    const log: string[] = []
    class Slow extends PlainServer<Bare> {
      protected override async postLoop(): Promise<void> {
        await gate.pass()
        log.push('postLoop')
      }
    }
    await using server = new Slow({ listen: [0], handler: Bare })
    await server.start()
    const closed = [server.close(), server.close()].map((one) => one.then(() => log.push('closed')))
    await gate.reached
    await turns(3)
    gate.open()
    await Promise.all(closed)
    expect(log).to.deep.equal(['postLoop', 'closed', 'closed'])
  })

  it('close lets what waits leave, and runs the hooks of every connection to their end', async () => {
    await using ends = await serverWithPeer(Witness)
    await ends.peer.open()
    const { first } = ends.server
    const sent = first.transmit(Buffer.from('bye'))
    const closed = ends.server.close()
    await ends.peer.expect('00000003')
    await ends.peer.send('ff').expect('627965')
    await ends.peer.fin().ended
    await closed
    await sent
    expect(first.log).to.deep.equal(['preLoop', 'postLoop'])
  })
})

describe('where a server listens', () => {
  it('is nowhere as soon as it closes, though a connection still takes its time', async () => {
    await using ends = await serverWithPeer(Bare)
    await ends.peer.open()
    while (ends.server.first.phase !== 'open') await turns()
    const closed = ends.server.close()
    await ends.peer.ended
    expect(ends.server.addresses).to.deep.equal([])
    ends.peer.fin()
    await closed
  })

  const echoes = async (address: string, listen: string | number): Promise<string> => {
    await using server = new PlainServer({ listen: [listen], handler: Echo })
    await server.start()
    await using client = new PlainClient({ handler: Bare })
    const connection = await client.connectTo(address.replace('PORT', String(portOfServer(server))))
    void connection.transmit(Buffer.from('hello'))
    return String(await connection.receive())
  }

  it('127.0.0.1, [::1], localhost, and all addresses for both families', async () => {
    expect(await echoes('127.0.0.1:PORT', 0)).to.equal('hello')
    expect(await echoes('[::1]:PORT', '[::1]:0')).to.equal('hello')
    expect(await echoes('localhost:PORT', 'localhost:0')).to.equal('hello')
    expect(await echoes('127.0.0.1:PORT', ':0')).to.equal('hello')
    expect(await echoes('[::1]:PORT', ':0')).to.equal('hello')
  })

  it('several addresses at once, a unix socket among them', async () => {
    const folder = await temporaryFolder()
    const path = `${folder}/a.sock`
    await using server = new PlainServer({ listen: [0, '[::1]:0', { path }], handler: Echo })
    await server.start()
    expect(server.addresses.map(String).at(-1)).to.equal(`unix:${path}`)
    await using client = new PlainClient({ handler: Bare })
    for (const address of server.addresses) {
      const connection = await client.connectTo(address)
      void connection.transmit(Buffer.from(String(address)))
      expect(String(await connection.receive())).to.equal(String(address))
    }
    expect([...server.activeConnections.keys()].every((id) => UUID.test(id))).to.equal(true)
    expect(server.activeConnections.size).to.equal(3)
    await server.close()
    await removeFolder(folder)
  })
})

describe('setConnHandler and registerPlugin of a server', () => {
  it('affect later connections, and without a handler the newcomer is dropped', async () => {
    await using server = new PlainServer<Connection>({ listen: [0] })
    await server.start()
    await using dropped = await RawPeer.connect(portOfServer(server))
    await dropped.ended
    expect(server.raised.map(({ cause }) => codeOf(cause))).to.deep.equal(['HANDLER_MISSING'])
    server.setConnHandler(Bare)
    await using first = await RawPeer.connect(portOfServer(server))
    await first.open()
    const doubled = (m: Uint8Array): Uint8Array => Buffer.concat([m, m])
    server.setConnHandler(Echo).registerPlugin({ outbound: doubled, inbound: (m) => m })
    await using second = await RawPeer.connect(portOfServer(server))
    await second.open()
    await second.send('00000001').expect('ff')
    await second.send('61').expect('00000002')
    await first.send('00000001').expect('ff')
    first.send('61')
    await turns(5)
    expect(first.unread).to.equal('')
  })
})

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
