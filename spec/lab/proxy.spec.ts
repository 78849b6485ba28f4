import { expect } from 'chai'
import { parseFaults } from '@/lab/faults/parseFault.js'
import { Proxy, type ProxyEvent, type ProxyOptions } from '@/lab/proxy.js'
import { caught } from '../support/caught.js'
import { rejection } from '../support/rejection.js'
import { lcg32 } from '../support/lcg32.js'
import { ManualClock } from '../support/manualClock.js'
import { PlainClient, PlainServer, portOfServer } from '../support/pair.js'
import { RawListener, RawPeer } from '../support/rawPeer.js'
import { Bare, Echo } from '../support/witness.js'

/** A proxy between a raw listener and a raw peer that has connected to it. */
const between = async (options: Omit<ProxyOptions, 'listen' | 'target'> = {}) => {
  const listener = await RawListener.open()
  const events: ProxyEvent[] = []
  const observe = (event: ProxyEvent): void => void events.push(event)
  const proxy = new Proxy({ observe, ...options, listen: 0, target: listener.port })
  await proxy.start()
  const client = await RawPeer.connect(proxy.address.port)
  const target = await listener.next()
  return {
    proxy,
    client,
    target,
    listener,
    events,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]()
      await listener[Symbol.asyncDispose]()
      await proxy.close()
    },
  }
}

describe('a proxy', () => {
  it('relays bytes, ends and their order between real sockets', async () => {
    await using ends = await between()
    ends.client.send('010203').fin()
    await ends.target.expect('010203')
    expect(await ends.target.ended).to.equal('fin')
    ends.target.send('aabb').fin()
    await ends.client.expect('aabb')
    expect(await ends.client.ended).to.equal('fin')
    while (ends.proxy.connections > 0) await new Promise(setImmediate)
    const last = ends.events.at(-1)
    expect([last?.kind, last?.conversation]).to.deep.equal(['closed', 1])
  })

  it('tells the addresses of both connections', async () => {
    await using ends = await between()
    const { socket } = ends.client.send('01')
    await ends.target.expect('01')
    const [opened] = ends.events
    expect(opened?.kind === 'opened' && opened.legs).to.deep.equal({
      opener: { far: `127.0.0.1:${socket.localPort}`, near: ends.proxy.address.toString() },
      acceptor: { far: `127.0.0.1:${ends.listener.port}`, near: `127.0.0.1:${ends.target.socket.remotePort}` },
    })
  })

  it('hands on a reset as a reset, either way', async () => {
    await using ends = await between()
    ends.client.rst()
    expect(await ends.target.ended).to.equal('rst')
    await using others = await between()
    others.target.rst()
    expect(await others.client.ended).to.equal('rst')
  })

  it('changes the faults of connections that are there', async () => {
    await using ends = await between({ faults: parseFaults(['stall:forever/up']) })
    ends.client.send('0102')
    ends.target.send('aa')
    await ends.client.expect('aa')
    expect(ends.target.unread).to.equal('')
    ends.proxy.faults = parseFaults(['corrupt:ee@1'])
    await ends.target.expect('01ee')
    ends.client.send('0304')
    await ends.target.expect('0304')
    ends.proxy.faults = parseFaults(['reset'])
    expect(await ends.client.ended).to.equal('rst')
    expect(await ends.target.ended).to.equal('rst')
  })

  it('slices what our own ends say to each other, and nothing is lost', async () => {
    const server = new PlainServer({ listen: [0], handler: Echo })
    await server.start()
    const pieces: number[] = []
    const proxy = new Proxy({
      listen: 0,
      target: portOfServer(server),
      faults: parseFaults(['slice:1..70/up', 'slice:500/down']),
      seed: 42,
      observe: (event) => {
        if (event.kind === 'delivered' && event.from === 'opener' && event.what === 'bytes')
          pieces.push(event.bytes.length)
      },
    })
    await proxy.start()
    const client = new PlainClient({ handler: Bare })
    const connection = await client.connectTo(proxy.address.port)
    for (const size of [0, 1, 7, 4_000]) {
      const message = Buffer.from(lcg32(size, size))
      await connection.transmit(message)
      expect((await connection.receive()).equals(message)).to.equal(true)
    }
    await client.close()
    await proxy.close()
    await server.close()
    expect(Math.max(...pieces)).to.be.at.most(70)
    expect(pieces.length).to.be.above(60)
  })

  it('resets who connects when the target is not there, says why, and lives on', async () => {
    const listener = await RawListener.open()
    const { port } = listener
    await listener[Symbol.asyncDispose]()
    const events: ProxyEvent[] = []
    await using proxy = new Proxy({ listen: 0, target: port, observe: (event) => void events.push(event) })
    await proxy.start()
    for (let conversation = 1; conversation <= 2; conversation++) {
      await using peer = await RawPeer.connect(proxy.address.port)
      expect(await peer.ended).to.equal('rst')
      const last = events.at(-1)
      expect(last?.conversation).to.equal(conversation)
      expect(last?.kind === 'failed' && last.error.code).to.equal('CONNECT_REFUSED')
    }
    expect(proxy.connections).to.equal(0)
  })

  it('has no more than connectionLimit connections', async () => {
    await using ends = await between({ connectionLimit: 1 })
    await using late = await RawPeer.connect(ends.proxy.address.port)
    expect(await late.ended).to.match(/fin|rst/)
    expect(ends.proxy.connections).to.equal(1)
  })

  it('close ends what is under way behind what has left, and cuts it after lingerMs', async () => {
    const clock = new ManualClock()
    await using ends = await between({ clock, lingerMs: 500 })
    ends.client.send('01')
    await ends.target.expect('01')
    const closed = ends.proxy.close()
    expect(await ends.client.ended).to.equal('fin')
    expect(await ends.target.ended).to.equal('fin')
    await clock.passUntil(closed)
    expect(caught(() => ends.proxy.address).code).to.equal('NOT_OPEN')
  })

  it('that is closed while it starts listens no more', async () => {
    const proxy = new Proxy({ listen: 0, target: 1 })
    const starting = proxy.start()
    await proxy.close()
    await starting
    expect(caught(() => proxy.address).code).to.equal('NOT_OPEN')
  })

  it('resets a connection when who looks on throws, with a warning, and no other', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    let broken = 1
    const observe = (event: ProxyEvent): void => {
      if (event.conversation === broken) throw new Error('oh')
    }
    await using ends = await between({ observe })
    expect(await ends.client.ended).to.equal('rst')
    expect(await ends.target.ended).to.equal('rst')
    expect((await warned).message).to.equal('a hook threw (hook: observe, says: oh)')
    broken = 0
    await using second = await RawPeer.connect(ends.proxy.address.port)
    const target = await ends.listener.next()
    second.send('01')
    await target.expect('01')
  })

  it('says what is wrong with its options, before it listens', async () => {
    const faults = parseFaults(['drop-ok'])
    for (const [options, code] of [
      [{ listen: 0, target: 0 }, 'ADDRESS_INVALID'],
      [{ listen: 0, target: 1, faults }, 'OPTION_INVALID'],
      [{ listen: 0, target: 1, dialect: 'smoke' }, 'OPTION_INVALID'],
      [{ listen: 0, target: 1, connectionLimit: 0 }, 'OPTION_INVALID'],
    ] as const) {
      expect(caught(() => new Proxy(options)).code).to.equal(code)
    }
    await using first = await new Proxy({ listen: 0, target: 1 }).start()
    const second = new Proxy({ listen: first.address, target: 1 })
    expect((await rejection(second.start())).code).to.equal('ADDRESS_IN_USE')
    expect((await rejection(first.start())).code).to.equal('ALREADY_STARTED')
  })
})
