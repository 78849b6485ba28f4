import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { Capture } from '@/lab/capture/capture.js'
import { captureProxy } from '@/lab/capture/captureProxy.js'
import { captureTrace } from '@/lab/capture/captureTrace.js'
import { pcapngPacket, pcapngStart } from '@/lab/capture/pcapng.js'
import { type PacketSink, TcpFlow } from '@/lab/capture/tcpFlow.js'
import { dialectNamed } from '@/lab/decoders/dialects.js'
import { parseFaults } from '@/lab/faults/parseFault.js'
import { Proxy } from '@/lab/proxy.js'
import { faultyPair } from '@/lab/relay/faultyPair.js'
import { Trace } from '@/lab/trace/trace.js'
import { hex } from '../../support/hex.js'
import { ManualClock } from '../../support/manualClock.js'
import { Pieces } from '../../support/pieces.js'
import { connectedPair, portOfServer, serverWithPeer } from '../../support/pair.js'
import { RawListener, RawPeer } from '../../support/rawPeer.js'
import { removeFolder, temporaryFolder } from '../../support/temporaryFolder.js'
import { HAS_TSHARK, tshark } from '../../support/tshark.js'
import { turns } from '../../support/turns.js'
import { Bare, Echo, Witness } from '../../support/witness.js'

const NUMBERS = [
  'tcp.stream',
  'tcp.srcport',
  'tcp.flags.str',
  'tcp.seq',
  'tcp.ack',
  'tcp.len',
  'tcp.payload',
  'frame.comment',
]

describe(`a capture${HAS_TSHARK ? '' : ' (skipped: there is no tshark here to read it)'}`, () => {
  let folder: string

  before(function () {
    if (!HAS_TSHARK) this.skip()
  })
  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(async () => {
    if (HAS_TSHARK) await removeFolder(folder)
  })

  const read = async (pieces: Pieces, fields: readonly string[], filter?: string): Promise<string[][]> => {
    const file = join(folder, 'capture.pcapng')
    await writeFile(file, pieces.bytes)
    return tshark(file, fields, filter)
  }

  /** Nothing in it looks wrong to tshark: checksums, lengths, sequence numbers. */
  const expectSound = async (pieces: Pieces): Promise<void> => {
    const wrong = await read(
      pieces,
      ['frame.number', '_ws.expert.message'],
      '(tcp.analysis.flags && !tcp.analysis.window_update) || ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" || _ws.malformed',
    )
    expect(wrong).to.deep.equal([])
  }

  it('has the times, the addresses and the checksums right, for IPv4 and IPv6', async () => {
    const pieces = new Pieces()
    const clock = new ManualClock()
    clock.advance(1_000)
    const capture = new Capture(pieces.write, { clock, epochMs: 1_700_000_000_123 })
    const v4 = capture.flow({ opener: '127.0.0.1:50001', acceptor: '[::ffff:127.0.0.1]:4000' }, 1_000, 'v4')
    v4.say('opener', 1_002.5, Buffer.from('odd'), '')
    const v6 = capture.flow({ opener: '[fe80::1%eth0]:50002', acceptor: '[::1]:4000' }, 1_003, 'v6')
    v6.say('acceptor', 1_004, Buffer.from('even'), '')
    const rows = await read(pieces, ['frame.time_epoch', 'ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst'], 'tcp.len > 0')
    expect(rows).to.deep.equal([
      ['1700000000.125500000', '127.0.0.1', '127.0.0.1', '', ''],
      ['1700000000.127000000', '', '', '::1', 'fe80::1'],
    ])
    const good = await read(pieces, ['tcp.checksum.status', 'ip.checksum.status'])
    expect(new Set(good.map(([tcp]) => tcp))).to.deep.equal(new Set(['1']))
    expect(new Set(good.map(([, ip]) => ip))).to.deep.equal(new Set(['1', '']))
    await expectSound(pieces)
  })

  it('goes on behind 4 GiB: sequence numbers begin again at 0, with the bytes of both ends in their places', async () => {
    const pieces = new Pieces()
    pieces.write(pcapngStart('spec'))
    const sink: PacketSink = (atMs, packet, comment) =>
      pieces.write(pcapngPacket(BigInt(atMs) * 1_000n, packet, comment))
    const ends = { opener: { host: '::1', port: 50_001 }, acceptor: { host: '::2', port: 4_000 } }
    const flow = new TcpFlow(sink, ends, { opener: 2 ** 32 - 150_000, acceptor: 2 ** 32 - 2 })
    flow.open(0, '')
    for (let at = 1; at <= 6; at++) {
      flow.say('opener', at, Buffer.alloc(50_000, at), `number ${at}`)
      flow.say('acceptor', at, hex('ff'), '')
    }
    flow.end('opener', 7, '')
    flow.end('acceptor', 8, '')
    const numbers = ['tcp.srcport', 'tcp.seq', 'tcp.seq_raw', 'tcp.ack', 'frame.comment']
    const rows = await read(pieces, numbers, 'tcp.len > 0')
    const raw = 2 ** 32 - 149_999
    expect(rows).to.deep.equal(
      [0, 1, 2, 3, 4, 5].flatMap((at) => [
        ['50001', `${1 + at * 50_000}`, `${(raw + at * 50_000) % 2 ** 32}`, `${1 + at}`, `number ${at + 1}`],
        ['4000', `${1 + at}`, `${(2 ** 32 - 1 + at) % 2 ** 32}`, `${1 + (at + 1) * 50_000}`, ''],
      ]),
    )
    await expectSound(pieces)
  })

  it('makes up addresses that tell connections apart where there are none, and says so', async () => {
    const pieces = new Pieces()
    const capture = new Capture(pieces.write)
    capture.flow({}, 0, 'one')
    capture.flow({ opener: 'unix:/tmp/x', acceptor: '127.0.0.1:1' }, 0, 'two')
    const rows = await read(pieces, ['ip.src', 'tcp.srcport', 'tcp.dstport', 'frame.comment'], 'tcp.flags == 2')
    expect(rows).to.deep.equal([
      ['192.0.2.1', '49152', '4000', 'one; the addresses are made up'],
      ['192.0.2.1', '49153', '4000', 'two; the addresses are made up'],
    ])
  })

  it('of the core has one TCP connection for both its ends in this process, each byte once, each packet explained', async () => {
    const pieces = new Pieces()
    const trace = new Trace({ listener: captureTrace(new Capture(pieces.write)) })
    let port = 0
    {
      await using ends = await connectedPair({ serves: Echo, connects: Bare })
      port = portOfServer(ends.server)
      await ends.connected.transmit(Buffer.from('hello'))
      await ends.connected.receive()
      await ends.connected.close()
      await ends.served.over
      await turns(4)
    }
    trace.end()
    const rows = await read(pieces, NUMBERS, 'tcp.len > 0')
    const said = rows.map(([stream, from, , , , , payload = '', comment]) => [
      stream,
      Number(from) === port ? 'acceptor' : 'opener',
      payload,
      comment,
    ])
    const by = (role: string): string => said.flatMap(([, from, payload]) => (from === role ? [payload] : [])).join('')
    expect(by('opener')).to.equal('ff0000000568656c6c6fff')
    expect(by('acceptor')).to.equal('ffff0000000568656c6c6f')
    expect(said).to.deep.include(['0', 'opener', '00000005', 'length 5'])
    expect(said).to.deep.include(['0', 'opener', '68656c6c6f', 'payload, 5 bytes'])
    expect(new Set(said.map(([stream]) => stream))).to.deep.equal(new Set(['0']))
    const flags = (await read(pieces, ['tcp.flags.str'])).map(([flag = '']) => flag.replaceAll('·', ''))
    expect(flags.slice(0, 3)).to.deep.equal(['S', 'AS', 'A'])
    expect(flags.filter((flag) => flag === 'AF')).to.have.lengthOf(2)
    await expectSound(pieces)
  })

  it('of the core has both directions where only one end is in this process, and a reset as a reset', async () => {
    const pieces = new Pieces()
    const trace = new Trace({ listener: captureTrace(new Capture(pieces.write)) })
    let [serverPort, peerPort] = [0, 0]
    {
      await using ends = await serverWithPeer(Witness)
      const { localPort = 0, remotePort = 0 } = ends.peer.socket
      peerPort = localPort
      serverPort = remotePort
      await ends.peer.open()
      await ends.peer.send('00000002 6869').expect('ff')
      ends.peer.rst()
      await ends.server.first.over
      await turns(4)
    }
    trace.end()
    const rows = await read(pieces, ['tcp.srcport', 'tcp.payload'], 'tcp.len > 0')
    const from = (port: number): string =>
      rows.flatMap(([of, payload]) => (Number(of) === port ? [payload] : [])).join('')
    expect([from(peerPort), from(serverPort)]).to.deep.equal(['ff000000026869', 'ffff'])
    const [last] = (await read(pieces, ['tcp.flags.reset', 'frame.comment'])).slice(-1)
    expect(last?.[0]).to.match(/1|True/)
    await expectSound(pieces)
  })

  it('of a proxy has both TCP connections, and the fault is what differs between them', async () => {
    const pieces = new Pieces()
    const dialect = dialectNamed('handshake')
    const listener = await RawListener.open()
    const proxy = new Proxy({
      listen: 0,
      target: listener.port,
      dialect,
      faults: parseFaults(['corrupt:00@1f/up', 'slice:2/down']),
      observe: captureProxy(new Capture(pieces.write), dialect),
    })
    await proxy.start()
    const listens = proxy.address.port
    const client = await RawPeer.connect(listens)
    const target = await listener.next()
    client.send('ff 00000001 61 01020304')
    await target.expect('ff 00000001 61 00020304')
    target.send('ff ff')
    await client.expect('ff ff')
    client.fin()
    await target.ended
    target.fin()
    await client.ended
    while (proxy.connections > 0) await turns()
    await client[Symbol.asyncDispose]()
    await listener[Symbol.asyncDispose]()
    await proxy.close()
    const rows = await read(pieces, ['tcp.stream', 'tcp.dstport', 'tcp.payload', 'frame.comment'], 'tcp.len > 0')
    const stream = (number: string, to: number): string =>
      rows.flatMap(([of, port, payload]) => (of === number && Number(port) === to ? [payload] : [])).join('')
    expect(stream('0', listens)).to.equal('ff000000016101020304')
    expect(stream('1', listener.port)).to.equal('ff000000016100020304')
    const remarks = await read(
      pieces,
      ['tcp.stream', 'frame.comment'],
      'tcp.len == 0 && frame.comment contains "corrupt"',
    )
    expect(remarks).to.deep.equal([['1', 'corrupt:00@1f/up turns 01 into 00']])
    await expectSound(pieces)
  })

  it('of streams in memory can be read, too', async () => {
    const pieces = new Pieces()
    const clock = new ManualClock()
    const capture = new Capture(pieces.write, { clock, epochMs: 0 })
    const observe = captureProxy(capture, dialectNamed('raw'))
    observe({ conversation: 1, kind: 'opened', atMs: 0, legs: { opener: {}, acceptor: {} } })
    const { opener, acceptor, relay } = faultyPair({
      clock,
      observe: (event) => observe({ conversation: 1, ...event }),
    })
    acceptor.resume().end()
    opener.resume().end(hex('010203'))
    await relay.over
    const rows = await read(pieces, ['tcp.stream', 'tcp.payload'], 'tcp.len > 0')
    expect(rows).to.deep.equal([
      ['0', '010203'],
      ['1', '010203'],
    ])
    await expectSound(pieces)
  })
})
