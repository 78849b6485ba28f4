import { expect } from 'chai'
import type { Abortable } from '@/core/abort.js'
import type { Connection } from '@/core/connection.js'
import { blackHole } from '../support/blackHole.js'
import { caught } from '../support/caught.js'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { ManualClock } from '../support/manualClock.js'
import { clientWithPeer, PlainClient, PlainServer, portOfServer } from '../support/pair.js'
import { RawListener } from '../support/rawPeer.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { warningsOf } from '../support/warnings.js'
import { Bare, Echo, Witness } from '../support/witness.js'

/** A port of 127.0.0.1 at which nobody listens. */
const freePort = async (): Promise<number> => {
  const listener = await RawListener.open()
  await listener[Symbol.asyncDispose]()
  return listener.port
}

describe('connectTo', () => {
  it('resolves when the opening and preLoop are done, with the connection in activeConnections by its UUID', async () => {
    const gate = new Gate()
    class Late extends Bare {
      protected override preLoop(): Promise<void> {
        return gate.pass()
      }
    }
    await using ends = await clientWithPeer(Late)
    const states: string[] = []
    const connected = ends.connected.then((connection) => (states.push('connected'), connection))
    await ends.peer.open()
    await gate.reached
    await turns(3)
    expect(states).to.deep.equal([])
    gate.open()
    const connection = await connected
    expect(connection).to.include({
      phase: 'open',
      role: 'opener',
      remoteAddress: `127.0.0.1:${ends.peer.socket.localPort}`,
    })
    expect(connection.id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(ends.client.activeConnections.get(connection.id)).to.equal(connection)
  })

  it('to a port at which nobody listens is CONNECT_REFUSED and names the address', async () => {
    await using client = new PlainClient({ handler: Bare })
    const port = await freePort()
    const error = await rejection(client.connectTo(port))
    expect(error).to.deep.include({ code: 'CONNECT_REFUSED', fault: 'system' })
    expect(error.detail).to.include({ address: `127.0.0.1:${port}`, system: 'ECONNREFUSED' })
    expect(client.activeConnections.size).to.equal(0)
  })

  it('comes from the local address that was asked for', async () => {
    await using server = new PlainServer({ handler: Bare, listen: ['127.0.0.1:0'] })
    await server.start()
    await using client = new PlainClient({ handler: Bare, localAddress: '127.0.0.1' })
    const connection = await client.connectTo(server.address)
    expect(connection.socket).to.have.property('localAddress', '127.0.0.1')
    await using elsewhere = new PlainClient({ handler: Bare, localAddress: '192.0.2.1' })
    expect(await rejection(elsewhere.connectTo(server.address))).to.have.property('code', 'CONNECT_FAILED')
    expect(caught(() => new PlainClient({ handler: Bare, localAddress: 'localhost' }))).to.deep.include({
      code: 'OPTION_INVALID',
      detail: { option: 'localAddress', given: 'localhost' },
    })
  })

  it('to localhost at which nobody listens on either family is CONNECT_REFUSED', async () => {
    await using client = new PlainClient({ handler: Bare })
    expect(await rejection(client.connectTo(`localhost:${await freePort()}`))).to.have.property(
      'code',
      'CONNECT_REFUSED',
    )
  })

  it('to a unix socket that is not there is CONNECT_REFUSED', async () => {
    await using client = new PlainClient({ handler: Bare })
    expect(await rejection(client.connectTo('unix:/nowhere/at.all'))).to.have.property('code', 'CONNECT_REFUSED')
  })

  it('to a name that does not resolve is NAME_UNRESOLVED', async () => {
    await using client = new PlainClient({ handler: Bare })
    const error = await rejection(client.connectTo('no-such-host.invalid:4000'))
    expect(error.code).to.equal('NAME_UNRESOLVED')
  })

  it('to a black hole is CONNECT_TIMEOUT after connectTimeoutMs and not before', async () => {
    const clock = new ManualClock()
    await using hole = await blackHole()
    await using client = new PlainClient({ handler: Bare, clock, connectTimeoutMs: 2_000 })
    const connected = client.connectTo(hole.port)
    connected.catch(() => {})
    await turns(5)
    clock.advance(1_999)
    expect(clock.pending).to.equal(1)
    clock.advance(1)
    const error = await rejection(connected)
    expect(error).to.have.property('code', 'CONNECT_TIMEOUT')
    expect(error.detail).to.include({ limitMs: 2_000 })
    expect(clock.pending).to.equal(0)
  })

  it('to what cannot be connected to is ADDRESS_INVALID, and without a handler HANDLER_MISSING', async () => {
    await using client = new PlainClient<Connection>({})
    expect(await rejection(client.connectTo(0))).to.have.property('code', 'ADDRESS_INVALID')
    expect(await rejection(client.connectTo('nonsense'))).to.have.property('code', 'ADDRESS_INVALID')
    expect(await rejection(client.connectTo(1))).to.have.property('code', 'HANDLER_MISSING')
  })

  it('with a handler that is no class of connections is HANDLER_MISSING, naming what was given', async () => {
    const arrow = (): Bare => new Bare()
    for (const [handler, given] of [
      [Map, 'Map'],
      [{ Bare }, 'object'],
      [arrow, 'arrow'],
    ] as const) {
      const options: object = { handler }
      await using client = new PlainClient(options)
      const error = await rejection(client.connectTo(1))
      expect(error).to.have.property('code', 'HANDLER_MISSING')
      expect(error.detail).to.include({ given })
    }
  })

  it('to something that is no peer of ours says what it looks like', async () => {
    for (const [said, looks] of [
      ['HTTP/1.1 400 Bad Request\r\n', 'an HTTP response ("HTTP")'],
      ['SSH-2.0-OpenSSH_9.9\r\n', 'an SSH greeting ("SSH-")'],
    ] as const) {
      await using ends = await clientWithPeer(Bare)
      ends.peer.send(Buffer.from(said)).fin()
      const error = await rejection(ends.connected)
      expect(error).to.deep.include({ code: 'OPENING_UNEXPECTED', fault: 'remote' })
      expect(error.detail['looksLike']).to.equal(looks)
    }
  })

  it('whose preLoop throws is HOOK_FAILED and leaves no socket', async () => {
    class Clumsy extends Bare {
      protected override preLoop(): void {
        throw new Error('clumsy')
      }
    }
    await using ends = await clientWithPeer(Clumsy)
    ends.peer.send('ff').fin()
    expect(await rejection(ends.connected)).to.have.property('code', 'HOOK_FAILED')
    expect(ends.client.activeConnections.size).to.equal(0)
    await ends.peer.ended
  })

  const stop = new Error('stop')
  for (const when of ['before it begins', 'while it connects', 'during the opening', 'during preLoop'] as const) {
    it(`given up ${when} is ABORTED and leaves no socket`, async () => {
      const gate = new Gate()
      class Late extends Bare {
        protected override preLoop(): Promise<void> {
          return gate.pass()
        }
      }
      const controller = new AbortController()
      await using hole = await blackHole()
      await using listener = await RawListener.open()
      await using client = new PlainClient({ handler: Late })
      if (when === 'before it begins') controller.abort(stop)
      const port = when === 'while it connects' ? hole.port : listener.port
      const connected = client.connectTo(port, { signal: controller.signal })
      connected.catch(() => {})
      if (when === 'during the opening') await (await listener.next()).expect('ff')
      if (when === 'during preLoop') (await listener.next()).send('ff')
      if (when === 'during preLoop') await gate.reached
      await turns(3)
      controller.abort(stop)
      gate.open()
      expect(await rejection(connected)).to.include({ code: 'ABORTED', cause: stop })
      expect(client.activeConnections.size).to.equal(0)
    })
  }

  it('that has resolved is not undone by its signal', async () => {
    await using listener = await RawListener.open()
    await using client = new PlainClient({ handler: Bare })
    const controller = new AbortController()
    const connecting = client.connectTo(listener.port, { signal: controller.signal })
    const peer = await listener.next()
    peer.send('ff')
    const connection = await connecting
    controller.abort(stop)
    await turns(2)
    expect(connection.phase).to.equal('open')
    peer.fin()
  })
})

describe('a client', () => {
  it('runs preLoop before its first connection, loopPass at ticks, and postLoop when all is closed', async () => {
    const clock = new ManualClock()
    const log: string[] = []
    class Logging extends PlainClient<Bare> {
      protected override preLoop(): void {
        log.push('preLoop')
      }
      protected override loopPass(): void {
        log.push('loopPass')
      }
      protected override postLoop(): void {
        log.push('postLoop')
      }
    }
    await using server = new PlainServer({ listen: [0], handler: Bare })
    await server.start()
    await using client = new Logging({ handler: Bare, clock, tickMs: 30 })
    await Promise.all([client.connectTo(portOfServer(server)), client.connectTo(portOfServer(server))])
    expect(client.activeConnections.size).to.equal(2)
    clock.advance(65)
    await client.close()
    expect(log).to.deep.equal(['preLoop', 'loopPass', 'loopPass', 'postLoop'])
    expect(clock.pending).to.equal(0)
    await client.connectTo(portOfServer(server))
    expect(log.at(-1)).to.equal('preLoop')
  })

  it('whose preLoop throws rejects with HOOK_FAILED, and tries again at the next connectTo', async () => {
    let throws = true
    class Moody extends PlainClient<Bare> {
      protected override preLoop(): void {
        if (throws) throw new Error('not yet')
      }
    }
    await using server = new PlainServer({ listen: [0], handler: Bare })
    await server.start()
    await using client = new Moody({ handler: Bare })
    expect(await rejection(client.connectTo(portOfServer(server)))).to.have.property('code', 'HOOK_FAILED')
    throws = false
    await client.connectTo(portOfServer(server))
  })

  it('setTimeout sets the time of all later waiting, within a quarter of it', async () => {
    const clock = new ManualClock()
    await using listener = await RawListener.open()
    await using client = new PlainClient({ handler: Witness, clock })
    expect(client.setTimeout(400)).to.equal(client)
    const refused = client.connectTo(listener.port)
    refused.catch(() => {})
    await (await listener.next()).expect('ff')
    const before = clock.now()
    expect(await rejection(clock.passUntil(refused, 10))).to.have.property('code', 'OPENING_TIMEOUT')
    expect(clock.now() - before).to.be.within(400, 560)

    const connecting = client.connectTo(listener.port)
    const peer = await listener.next()
    await peer.open()
    const connection = await connecting
    const sent = connection.transmit(Buffer.from('?'))
    await peer.expect('00000001')
    const since = clock.now()
    expect(await rejection(clock.passUntil(sent, 10))).to.have.property('code', 'ANSWER_TIMEOUT')
    expect(clock.now() - since).to.be.within(400, 760)
    for (const wrong of [-1, 1.5, 2 ** 31])
      expect(() => client.setTimeout(wrong))
        .to.throw()
        .with.property('code', 'OPTION_INVALID')
  })

  it('setConnHandler and registerPlugin affect later connections', async () => {
    await using server = new PlainServer({ listen: [0], handler: Echo })
    await server.start()
    await using client = new PlainClient<Connection>({ handler: Bare })
    const plain = await client.connectTo(portOfServer(server))
    const flip = (m: Uint8Array): Uint8Array => m.toReversed()
    client.setConnHandler(Witness).registerPlugin({ outbound: flip, inbound: (m) => m })
    const flipped = await client.connectTo(portOfServer(server))
    void plain.transmit(Buffer.from('ab'))
    expect(String(await plain.receive())).to.equal('ab')
    if (!(flipped instanceof Witness)) throw new Error('the handler was not used')
    void flipped.transmit(Buffer.from('ab'))
    expect(String(await flipped.arrived(1))).to.equal('ba')
  })

  it('makes as many connections at once as are asked for, and no warning of a leak', async () => {
    await using client = new PlainClient({ handler: Bare })
    const port = await freePort()
    const { signal } = new AbortController()
    const made = (options: Abortable): Promise<unknown[]> =>
      Promise.all(Array.from({ length: 20 }, () => rejection(client.connectTo(port, options))))
    expect(await warningsOf(() => Promise.all([made({}), made({ signal })]))).to.deep.equal([])
  })

  it('leaves no rejection unhandled when nobody looks at connectTo', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    await using client = new PlainClient({ handler: Bare })
    void client.connectTo(await freePort())
    void client.connectTo('nonsense')
    const refused = client.connectTo(await freePort())
    await rejection(refused)
    await turns(3)
    process.off('unhandledRejection', note)
    expect(unhandled).to.deep.equal([])
  })

  for (const how of ['close', 'destroy'] as const) {
    it(`${how} gives up what is still connecting`, async () => {
      await using hole = await blackHole()
      await using client = new PlainClient({ handler: Bare })
      const connected = client.connectTo(hole.port)
      connected.catch(() => {})
      await turns(5)
      await client[how]()
      expect(await rejection(connected)).to.have.property('code', 'CLOSED')
      expect(client.activeConnections.size).to.equal(0)
    })
  }

  it('that is closing takes no connectTo until its postLoop has run, whoever else closes it', async () => {
    const gate = new Gate()
    const log: string[] = []
    class Slow extends PlainClient<Bare> {
      protected override async postLoop(): Promise<void> {
        await gate.pass()
        log.push('postLoop')
      }
    }
    await using server = new PlainServer({ listen: [0], handler: Bare })
    await server.start()
    await using client = new Slow({ handler: Bare })
    await client.connectTo(portOfServer(server))
    const closed = [client.close(), client.close()].map((one) => one.then(() => log.push('closed')))
    await gate.reached
    expect(await rejection(client.connectTo(portOfServer(server)))).to.have.property('code', 'CLOSED')
    gate.open()
    await Promise.all(closed)
    expect(log).to.deep.equal(['postLoop', 'closed', 'closed'])
    expect(await client.connectTo(portOfServer(server))).to.have.property('phase', 'open')
  })

  it('destroy ends what is connected and what is connecting', async () => {
    await using ends = await clientWithPeer(Witness)
    const connecting = ends.connected
    await ends.peer.expect('ff')
    await ends.client.destroy()
    expect(await rejection(connecting)).to.have.property('code', 'CLOSED')
    expect(codeOf(await ends.client.first.over)).to.equal(undefined)
  })
})
