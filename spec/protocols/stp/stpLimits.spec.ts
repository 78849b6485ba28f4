import { expect } from 'chai'
import type { JsonObject } from '@/protocols/stp/jsonText.js'
import { PeerTable } from '@/protocols/stp/peerTable.js'
import { Gate } from '../../support/gate.js'
import { ManualClock } from '../../support/manualClock.js'
import { RawPeer } from '../../support/rawPeer.js'
import { portsOf, StpStage, type StpWitness } from '../../support/stpNodes.js'
import { headerWith, rawPacket, throwDatagram, throwStream } from '../../support/stpPackets.js'
import { STP_KEYS } from '../../support/stpRecordings.js'
import { turns } from '../../support/turns.js'
import { warningsOf } from '../../support/warnings.js'

const LIMITS = { maxPeers: 3, maxPeersPerAddress: 2, maxRememberedKeys: 2, peerLifeMs: 100 }

describe('the table of STP peers', () => {
  const heard = (table: PeerTable, ip: string, tcpport: number, atMs: number, header: JsonObject = {}): boolean => {
    const known = table.find(ip, tcpport)
    const entry = known ?? table.newcomer(ip, tcpport)
    if (entry === undefined) return false
    entry.heard(header, atMs)
    if (known === undefined) table.store(entry)
    return true
  }
  const ports = (table: PeerTable): (number | undefined)[] => table.all().map(({ tcpport }) => tcpport)

  it('tells peers on one machine apart by their port, and finds the one that was heard last', () => {
    const table = new PeerTable(LIMITS)
    heard(table, '10.0.0.1', 1, 0)
    heard(table, '10.0.0.1', 2, 5)
    expect(table.newest('10.0.0.1')?.tcpport).to.equal(2)
    heard(table, '10.0.0.1', 1, 6)
    expect(table.newest('10.0.0.1')?.tcpport).to.equal(1)
    expect(table.newest('10.0.0.2')).to.equal(undefined)
  })

  it('has room for so many in all, and lets the oldest of a crowded address go', () => {
    const table = new PeerTable(LIMITS)
    expect(heard(table, '10.0.0.1', 1, 0)).to.equal(true)
    expect(heard(table, '10.0.0.1', 2, 1)).to.equal(true)
    expect(heard(table, '10.0.0.1', 3, 2)).to.equal(true)
    expect(ports(table)).to.deep.equal([2, 3])
    expect(heard(table, '10.0.0.2', 4, 3)).to.equal(true)
    expect(heard(table, '10.0.0.3', 5, 4)).to.equal(false)
    expect(heard(table, '10.0.0.2', 6, 4), 'no new address, but a new port at one that is not crowded').to.equal(false)
    expect(heard(table, '10.0.0.1', 7, 5)).to.equal(true)
    expect(ports(table)).to.deep.equal([3, 7, 4])
    expect(heard(table, '10.0.0.2', 4, 6), 'known already').to.equal(true)
  })

  it('forgets after peerLifeMs of silence, and not before', () => {
    const table = new PeerTable(LIMITS)
    heard(table, '10.0.0.1', 1, 0)
    heard(table, '10.0.0.2', 2, 50)
    expect(table.sweep(99)).to.deep.equal([])
    expect(table.sweep(100).map(({ ip }) => ip)).to.deep.equal(['10.0.0.1'])
    expect(table.sweep(149)).to.deep.equal([])
    expect(table.sweep(150)).to.have.lengthOf(1)
    expect(table.all()).to.deep.equal([])
  })

  it('remembers the latest keys of those that are gone', () => {
    const table = new PeerTable(LIMITS)
    const header = { public_key: STP_KEYS.sender.published_public_key_hex }
    for (const port of [1, 2, 3]) {
      heard(table, '10.0.0.1', port, port, header)
      table.sweep(1_000)
    }
    const known = [1, 2, 3].map((port) => table.newcomer('10.0.0.1', port)?.key !== undefined)
    expect(known).to.deep.equal([false, true, true])
  })

  it('keeps nothing of a published private key but the public one', () => {
    const table = new PeerTable(LIMITS)
    const { published_public_key_hex: secret } = STP_KEYS.sender
    heard(table, '10.0.0.1', 1, 0, { user: 'bob', public_key: secret })
    const peer = table.find('10.0.0.1', 1)?.snapshot(0)
    expect(peer?.keyExposed).to.equal(true)
    expect(peer?.publicKey).to.have.lengthOf(324)
    expect(peer?.headers).to.deep.equal({ user: 'bob', public_key: peer?.publicKey })
    heard(table, '10.0.0.2', 1, 0, { public_key: 'junk' })
    expect(table.find('10.0.0.2', 1)?.snapshot(0)).to.deep.include({ publicKey: undefined, headers: {} })
  })
})

describe('the bounds of an STP server', () => {
  const busy = async (stage: StpStage, gate: Gate, options = {}): Promise<StpWitness> => {
    const node = await stage.node(options, (made) => made.route('/chat', () => gate.pass()))
    await throwDatagram(rawPacket(headerWith()), portsOf(node).udp)
    await gate.reached
    return node
  }

  it('keep so many packets waiting for a handler, by number and by bytes; a sender over TCP sees a reset', async () => {
    const size = rawPacket(headerWith()).length
    for (const options of [{ maxWaitingPackets: 2 }, { maxWaitingBytes: 2 * size }]) {
      await using stage = new StpStage()
      const gate = new Gate()
      const node = await busy(stage, gate, options)
      const { udp, tcp } = portsOf(node)
      await throwDatagram(rawPacket(headerWith()), udp)
      while (node.counts.received < 2) await turns()
      expect(await throwStream(rawPacket(headerWith()), tcp)).to.equal('fin')
      expect(await throwStream(rawPacket(headerWith()), tcp)).to.equal('rst')
      await throwDatagram(rawPacket(headerWith()), udp)
      await node.until(() => node.dropped.length === 2)
      expect(node.dropped.map(({ error, protocol }) => [Reflect.get(error, 'code'), protocol])).to.deep.equal([
        ['MEMORY_LIMIT', 'TCP'],
        ['MEMORY_LIMIT', 'UDP'],
      ])
      gate.open()
      await node.until(() => node.heard.length === 3)
      expect(node.counts).to.include({ received: 5, accepted: 3, droppedForRoom: 2 })
    }
  })

  it('count what waits when the node closes', async () => {
    await using stage = new StpStage()
    const gate = new Gate()
    const node = await busy(stage, gate)
    await throwDatagram(rawPacket(headerWith()), portsOf(node).udp)
    while (node.counts.received < 2) await turns()
    await node.close()
    gate.open()
    expect(node.dropped.map(({ error }) => Reflect.get(error, 'code'))).to.deep.equal(['CLOSED'])
    expect(node.heard).to.have.lengthOf(1)
  })

  it('let so many connections in at once', async () => {
    await using stage = new StpStage()
    const node = await stage.node({ connectionLimit: 1 })
    const { tcp } = portsOf(node)
    await using first = await RawPeer.connect(tcp)
    await turns(2)
    await using second = await RawPeer.connect(tcp)
    await second.ended
    first.send(rawPacket(headerWith()))
    expect(await first.ended).to.equal('fin')
    await node.until(() => node.heard.length === 1)
  })

  it('drop packets above maxPacketBytes, over TCP at their sizes, and send none', async () => {
    await using stage = new StpStage()
    const node = await stage.node({ maxPacketBytes: 1_024 })
    const { udp, tcp } = portsOf(node)
    const large = rawPacket(headerWith(), `{"msg":"${'x'.repeat(1_000)}"}`)
    await throwDatagram(large, udp)
    await node.until(() => node.dropped.length === 1)
    await using peer = await RawPeer.connect(tcp)
    peer.send(large.subarray(0, 6))
    await peer.ended
    peer.fin()
    await node.until(() => node.dropped.length === 2)
    expect(node.dropped.map(({ error }) => Reflect.get(error, 'code'))).to.deep.equal([
      'PACKET_MALFORMED',
      'MESSAGE_TOO_LARGE',
    ])
  })

  it('refuse newcomers when there are maxPeers, and hear them all the same', async () => {
    await using stage = new StpStage()
    const node = await stage.node({ maxPeers: 1, maxPeersPerAddress: 2 })
    const { udp } = portsOf(node)
    for (const tcpport of [1, 2, 1]) await throwDatagram(rawPacket(headerWith({ tcpport })), udp)
    await node.until(() => node.heard.length === 3)
    expect(node.peers.map(({ tcpport }) => tcpport)).to.deep.equal([1])
    expect(node.counts.peersRefused).to.equal(1)
  })

  it('remember nobody by a header that is too large, and handle the packet all the same', async () => {
    await using stage = new StpStage()
    const node = await stage.node({ maxPeerHeaderBytes: 1_024 })
    const headerOf = (bytes: number): string => {
      const [around, tcpport] = [headerWith({ tcpport: bytes, pad: '' }).length, bytes]
      return headerWith({ tcpport, pad: 'x'.repeat(bytes - around) })
    }
    for (const bytes of [1_024, 1_025]) await throwDatagram(rawPacket(headerOf(bytes)), portsOf(node).udp)
    await node.until(() => node.heard.length === 2)
    expect(node.peers.map(({ tcpport }) => tcpport)).to.deep.equal([1_024])
    expect(node.counts.peersRefused).to.equal(1)
  })

  it('send to many by one signal, without a warning of a leak', async () => {
    await using stage = new StpStage()
    const [node, sender] = [await stage.node(), stage.silent()]
    const [{ tcp: toPort }, { signal }] = [portsOf(node), new AbortController()]
    const send = (): Promise<void> => sender.sendTcp('x', '127.0.0.1', { toPort, signal })
    expect(await warningsOf(() => Promise.all(Array.from({ length: 20 }, send)))).to.deep.equal([])
  })

  it('tell of peers that come, before they are in the list, and of those that go', async () => {
    await using stage = new StpStage()
    const clock = new ManualClock()
    const told: unknown[] = []
    const node = await stage.node({ clock, maxPeersPerAddress: 1 }, (made) =>
      made.onPeerListUpdate((peer, removed) => {
        told.push([peer?.tcpport ?? null, removed.map(({ tcpport }) => tcpport), made.peers.length])
      }),
    )
    const { udp } = portsOf(node)
    for (const tcpport of [1, 1, 2]) await throwDatagram(rawPacket(headerWith({ tcpport })), udp)
    await node.until(() => node.heard.length === 3)
    expect(told.splice(0)).to.deep.equal([
      [1, [], 0],
      [2, [], 1],
      [null, [1], 1],
    ])
    clock.advance(239_999)
    expect(told).to.deep.equal([])
    clock.advance(10_000)
    expect(told).to.deep.equal([[null, [2], 0]])
  })
})
