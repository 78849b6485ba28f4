import { createServer, type Server, type Socket } from 'node:net'
import { expect } from 'chai'
import type { StpOptions } from '@/protocols/stp/index.js'
import { ManualClock } from '../../support/manualClock.js'
import { portOf } from '../../support/portOf.js'
import { rejection } from '../../support/rejection.js'
import { portsOf, StpStage, type StpWitness } from '../../support/stpNodes.js'
import { headerWith, rawPacket, throwDatagram } from '../../support/stpPackets.js'
import { partsOf } from '../../support/stpRecordings.js'
import { turns } from '../../support/turns.js'

const HOST = '127.0.0.1'
const BUILT_IN: StpOptions = { firstSyncMs: 5_000, syncMs: 180_000 }

/** A TCP listener that does with each connection what it is told, and is gone with the spec. */
class Listener implements AsyncDisposable {
  readonly sockets: Socket[] = []
  readonly #server: Server

  private constructor(behave: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.sockets.push(socket)
      socket.on('error', () => {})
      behave(socket)
    })
  }

  static async open(behave: (socket: Socket) => void): Promise<Listener> {
    const listener = new Listener(behave)
    await new Promise<void>((resolve) => listener.#server.listen(0, HOST, resolve))
    return listener
  }

  get port(): number {
    return portOf(this.#server)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

const request = (tcpport: number, udpport?: number): Buffer =>
  rawPacket(headerWith({ namespace: '/peer-join', udpport, tcpport }), '{"msg":"whatever"}')

describe('STP, discovery', () => {
  it('is asked for 5 s after listen, then every 180 s, and no more after close', async () => {
    await using stage = new StpStage()
    const ear = await stage.socket()
    const clock = new ManualClock()
    const node = await stage.node({ ...BUILT_IN, clock, udpport: ear.port })
    const own = (): number => node.counts.droppedOwn
    clock.advance(4_999)
    await turns(3)
    expect(own()).to.equal(0)
    clock.advance(1)
    const { header, body } = partsOf(await ear.next())
    expect(JSON.parse(header)).to.include({ namespace: '/peer-join', public_key: await node.publicKey() })
    expect(body.toString()).to.equal('{"msg":"gimmeurnumberdude"}')
    clock.advance(180_000)
    await ear.next()
    while (own() < 2) await turns()
    await node.close()
    clock.advance(1_000_000)
    expect(clock.pending).to.equal(0)
  })

  it('is not asked for when syncMs is 0, but on demand', async () => {
    await using stage = new StpStage()
    const clock = new ManualClock()
    const node = await stage.node({ clock, syncMs: 0, firstSyncMs: 0 })
    clock.advance(1_000_000)
    await turns(3)
    expect(node.counts.droppedOwn).to.equal(0)
    await node.requestSync()
    while (node.counts.droppedOwn === 0) await turns()
  })

  it('that does not get through is reported, and asked for again', async () => {
    await using stage = new StpStage()
    const clock = new ManualClock()
    let at = '192.0.2.1'
    const node = await stage.node({ ...BUILT_IN, clock, multicastInterface: () => at })
    expect(node.troubles.map(({ code }) => code)).to.deep.equal(['GROUP_UNREACHED'])
    expect((await rejection(node.requestSync())).code).to.equal('GROUP_UNREACHED')
    at = HOST
    clock.advance(185_000)
    while (node.counts.droppedOwn === 0) await turns()
  })

  it('whose request cannot be written is reported, though nobody waits for it', async () => {
    await using stage = new StpStage()
    const clock = new ManualClock()
    const node = await stage.node({ ...BUILT_IN, clock, user: 'u'.repeat(66_000) })
    clock.advance(5_000)
    await node.until(() => node.troubles.length === 1)
    expect(node.troubles[0]?.code).to.equal('MESSAGE_UNSENDABLE')
  })

  it('is answered over TCP, whatever the request says, in the clear and with the public key', async () => {
    await using stage = new StpStage()
    const node = await stage.node({ publishKey: false })
    const arrived: Buffer[] = []
    await using asker = await Listener.open((socket) => {
      socket.on('data', (chunk) => {
        arrived.push(chunk)
        socket.end()
      })
    })
    await throwDatagram(request(asker.port), portsOf(node).udp)
    while (node.counts.requestsAnswered === 0) await turns()
    const { header, body } = partsOf(Buffer.concat(arrived))
    expect(body.toString()).to.equal('{"msg":"iamheredude"}')
    const expected = { namespace: '/peer-join', user: 'alice', encrypted: false, public_key: await node.publicKey() }
    expect(JSON.parse(header)).to.include(expected).and.not.have.property('udp_session')
  })

  it('is not answered over TCP when it comes over TCP', async () => {
    await using stage = new StpStage()
    const node = await stage.node()
    await stage.silent({ announcedTcpport: 9 }).sendTcp(1, HOST, { namespace: '/peer-join', toPort: portsOf(node).tcp })
    await node.until(() => node.heard.length === 1)
    await turns(5)
    expect(node.counts).to.include({ requestsAnswered: 0, requestsUnanswered: 0 })
  })

  it('that cannot be answered over TCP gets a datagram on another route, and the peer is kept', async () => {
    await using stage = new StpStage()
    const node = await stage.node()
    const asker = await stage.socket()
    const gone = await Listener.open(() => {})
    const { port } = gone
    await gone[Symbol.asyncDispose]()
    await asker.send(request(port, asker.port), portsOf(node).udp)
    const { header } = partsOf(await asker.next())
    expect(JSON.parse(header)).to.include({ namespace: '/peer-here', user: 'alice' })
    expect(node.unanswered.map(({ error, ip }) => [error.code, ip])).to.deep.equal([['CONNECT_REFUSED', HOST]])
    expect(node.peers.map(({ tcpport }) => tcpport)).to.deep.equal([port])
    expect(node.counts.requestsUnanswered).to.equal(1)
    expect(node.troubles).to.deep.equal([])
  })

  it('is answered by no more than one such datagram to an address until the next sweep', async () => {
    await using stage = new StpStage()
    const clock = new ManualClock()
    const node = await stage.node({ clock })
    const victim = await stage.socket()
    const gone = await Listener.open(() => {})
    const { port } = gone
    await gone[Symbol.asyncDispose]()
    const ask = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) {
        const before = node.unanswered.length
        await throwDatagram(request(port, victim.port), portsOf(node).udp)
        await node.until(() => node.unanswered.length > before)
      }
    }
    await ask(3)
    await victim.next()
    clock.advance(10_000)
    await ask(3)
    await victim.next()
    await victim.send(Buffer.from('the end'), victim.port)
    expect((await victim.next()).toString()).to.equal('the end')
  })

  it('has one answer at a time for each that asks, and maxReplies in all', async () => {
    await using stage = new StpStage()
    const node = await stage.node({ maxReplies: 2 })
    const { udp } = portsOf(node)
    const silent = (): Promise<Listener> => Listener.open((socket) => void socket.resume())
    await using one = await silent()
    await using two = await silent()
    await using three = await silent()
    for (const { port } of [one, one, two, two, three]) await throwDatagram(request(port), udp)
    await node.until(() => node.unanswered.length === 1)
    expect(node.unanswered[0]?.error.code).to.equal('OUTBOX_FULL')
    while (one.sockets.length + two.sockets.length < 2) await turns()
    for (const { sockets } of [one, two]) for (const socket of sockets) socket.end()
    while (node.counts.requestsAnswered < 2) await turns()
    expect([one, two, three].map(({ sockets }) => sockets.length)).to.deep.equal([1, 1, 0])
  })
})

describe('STP, sending over TCP', () => {
  const send = async (
    behave: (socket: Socket) => void,
    options: StpOptions = {},
  ): Promise<{ readonly sent: Promise<void>; readonly node: StpWitness; readonly close: () => Promise<void> }> => {
    const stage = new StpStage()
    const listener = await Listener.open(behave)
    const node = stage.silent(options)
    const sent = node.sendTcp('hello', HOST, { toPort: listener.port })
    const close = async (): Promise<void> => {
      await stage[Symbol.asyncDispose]()
      await listener[Symbol.asyncDispose]()
    }
    return { sent, node, close }
  }

  it('gives the system a packet in one write, at once, for originals read but once', async () => {
    const first: Buffer[] = []
    const { sent, close } = await send((socket) => {
      socket.once('data', (chunk: Buffer) => {
        first.push(chunk)
        socket.end()
      })
    })
    await sent
    const [packet = Buffer.alloc(6)] = first
    expect(packet.length).to.equal(6 + packet.readUInt16BE(0) + packet.readUInt32BE(2))
    await close()
  })

  it('is a success when the other end closes in order, or says anything at all', async () => {
    for (const behave of [
      (socket: Socket) => void socket.once('data', () => socket.end()),
      (socket: Socket) => void socket.end(),
      (socket: Socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
    ]) {
      const { sent, close } = await send(behave)
      await sent
      await close()
    }
  })

  it('fails when the connection is reset, or refused', async () => {
    const { sent, node, close } = await send((socket) => void socket.once('data', () => socket.resetAndDestroy()))
    expect((await rejection(sent)).code).to.equal('CONNECTION_RESET')
    const gone = await Listener.open(() => {})
    const { port: toPort } = gone
    await gone[Symbol.asyncDispose]()
    expect((await rejection(node.sendTcp(1, HOST, { toPort }))).code).to.equal('CONNECT_REFUSED')
    await close()
  })

  it('fails when the other end does neither within packetTimeoutMs', async () => {
    const clock = new ManualClock()
    const { sent, close } = await send((socket) => void socket.resume(), { clock })
    expect((await rejection(clock.passUntil(sent))).code).to.equal('IDLE_TIMEOUT')
    expect(clock.now()).to.be.within(5_000, 30_000)
    await close()
  })

  it('is given up by its signal while it waits, and by close', async () => {
    await using stage = new StpStage()
    await using listener = await Listener.open((socket) => void socket.resume())
    const node = stage.silent()
    const stop = new AbortController()
    const sent = node.sendTcp(1, HOST, { toPort: listener.port, signal: stop.signal })
    while (listener.sockets.length < 1) await turns()
    stop.abort()
    expect((await rejection(sent)).code).to.equal('ABORTED')
    const other = node.sendTcp(2, HOST, { toPort: listener.port })
    while (listener.sockets.length < 2) await turns()
    await node.close()
    expect((await rejection(other)).code).to.equal('CLOSED')
  })
})
