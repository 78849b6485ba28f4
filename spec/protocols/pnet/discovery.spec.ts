import { expect } from 'chai'
import { Datagrams } from '@/core/index.js'
import { CommandNode, Node, type NodeKey, type NodeOptions } from '@/protocols/pnet/index.js'
import { reachableHost } from '@/protocols/pnet/ownAddress.js'
import { Ear } from '../../support/ear.js'
import { hex } from '../../support/hex.js'
import { ManualClock } from '../../support/manualClock.js'
import { PnetGroup, WatchedCommandNode, WatchedNode } from '../../support/pnetNodes.js'
import { pnetPort } from '../../support/pnetPort.js'
import { ALICE, BOB, CAROL, NETWORK_KEY, pnetCase, pnetCases, recordedNetwork } from '../../support/pnetRecordings.js'
import { rejection } from '../../support/rejection.js'

/** Sends datagrams as they are to every node on this port. */
class Mouth extends Datagrams {
  constructor(
    readonly to: number,
    host = '127.0.0.1',
  ) {
    super({ host, broadcastAddresses: ['127.255.255.255'] })
  }

  say(...datagrams: readonly Uint8Array[]): Promise<unknown> {
    return Promise.all(datagrams.map((datagram) => this.broadcast(datagram, { port: this.to })))
  }
}

const advertisement = (text: string, sealed = true, key = ALICE): Buffer =>
  recordedNetwork(sealed).encode('adv', Buffer.from(text), key.publicKey)

describe('pnet discovery', () => {
  const open: { shutdown?(): Promise<void>; close?(): Promise<void> }[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await (one.shutdown?.() ?? one.close?.())
  })
  const listening = async (
    own: Partial<NodeOptions> = {},
    sealed = true,
  ): Promise<{ node: WatchedNode; mouth: Mouth }> => {
    const advertisePort = pnetPort()
    const common = { name: 'bob', key: BOB, advertisePort, ...(sealed ? { networkKey: NETWORK_KEY } : {}) }
    const node = new WatchedNode({ ...common, ...own })
    const mouth = new Mouth(advertisePort)
    open.push(node, mouth)
    await node.discover()
    await mouth.open()
    return { node, mouth }
  }
  /** Comes behind what was said before it, and is always heard. */
  const heardUpTo = async (node: Node, mouth: Mouth, sealed: boolean): Promise<void> => {
    await mouth.say(advertisement('last@10.9.9.9:9', sealed, CAROL))
    await node.peerKnown('last')
    node.forgetPeer('last')
  }

  describe('recorded advertisements', () => {
    /** Each datagram is read by itself: neither half of a packet is one, and junk spoils only itself. */
    const OTHERWISE: Readonly<Record<string, Record<string, string>>> = {
      'udp-split': {},
      'udp-junk-before': { x1: '10.1.2.3:5' },
    }
    for (const one of pnetCases(/^udp-/)) {
      it(`${one.name}: ${one.description}`, async () => {
        const { node, mouth } = await listening({}, false)
        for (const { hex: digits } of one.steps) await mouth.say(hex(digits))
        await heardUpTo(node, mouth, false)
        const peers = Object.fromEntries(node.peers.map(({ name, host, port }) => [name, `${host}:${port}`]))
        expect(peers).to.deep.equal(OTHERWISE[one.name] ?? one.meta.reference?.peers_after)
      })
    }

    for (const one of pnetCases(/^advert-/)) {
      it(`${one.name}: is heard, and ours has the same form: ${one.description}`, async () => {
        const sealed = one.meta.network_encrypted
        const recorded = hex(one.steps[0]?.hex ?? '')
        const { node, mouth } = await listening({ name: 'carol' }, sealed)
        await mouth.say(recorded)
        const [, name = '', host = '', port = ''] = /^(.*)@(.*):(\d+)$/.exec(one.meta.content ?? '') ?? []
        const peer = await node.peerKnown(name)
        const sections = recorded.toString().trimEnd().split('|')
        expect([peer.host, peer.port, peer.publicKey.field]).to.deep.equal([host, Number(port), sections[3]])
        if (one.name.endsWith('2048')) return
        const ours = await ownAdvertisement(name === 'alice' ? ALICE : BOB, name, host, sealed)
        const own = ours.toString().trimEnd().split('|')
        expect([own[0], own[1], own[3], own[4]]).to.deep.equal([sections[0], sections[1], sections[3], sections[4]])
        expect(ours.at(-1)).to.equal(0x0a)
        const { content } = recordedNetwork(sealed).decode(ours, ['adv'])
        expect(content.toString()).to.match(new RegExp(`^${name}@${host}:\\d+$`))
        if (!sealed) expect(own[2]).to.equal(content.toString())
      })
    }

    /** What a node of ours says of itself. */
    const ownAdvertisement = async (key: NodeKey, name: string, host: string, sealed: boolean): Promise<Buffer> => {
      const advertisePort = pnetPort()
      const ear = new Ear({ host: '0.0.0.0', port: advertisePort, reuseAddr: true })
      const network = sealed ? { networkKey: NETWORK_KEY } : {}
      const node = new Node({ name, key, advertisePort, listen: '127.0.0.1:0', advertisedHost: host, ...network })
      open.push(node, ear)
      await ear.open()
      await node.serve()
      const [said = ''] = await ear.hears(1)
      return Buffer.from(said, 'latin1')
    }
  })

  it('passes over what is sealed for others, and what is plain where a network key is', async () => {
    const { node, mouth } = await listening()
    const [sealedForPlain] = pnetCase('udp-sealed-for-plain-node').steps
    await mouth.say(advertisement('x@10.0.0.1:1', false), hex(sealedForPlain?.hex ?? ''), Buffer.alloc(0))
    await mouth.say(Buffer.alloc(60_000, '\n'), Buffer.alloc(1_000, 0xff), Buffer.from('|'.repeat(900)))
    await mouth.say(advertisement('x@10.0.0.1:0'), advertisement('x@10.0.0.1:65536'), advertisement('@10.0.0.1:1'))
    await heardUpTo(node, mouth, true)
    expect(node.peers.filter(({ name }) => name === 'x')).to.deep.equal([])
    expect(node.watch.raised).to.deep.equal([])
  })

  it('takes the newest of a name, tells when its key or address changes, and leaves peers that were given alone', async () => {
    const { node, mouth } = await listening()
    node.addPeer({ name: 'dave', host: '10.0.0.4', port: 4, publicKey: CAROL.publicKey.exportPem() })
    await mouth.say(advertisement('eve@10.0.0.1:1'), advertisement('eve@10.0.0.1:1'), advertisement('dave@6.6.6.6:6'))
    await heardUpTo(node, mouth, true)
    await mouth.say(advertisement('eve@10.0.0.1:1', true, CAROL), advertisement('eve@10.0.0.2:1', true, CAROL))
    await heardUpTo(node, mouth, true)
    const events = node.watch.events.filter((event) => !event.endsWith('last'))
    expect(events).to.deep.equal(['joined dave', 'joined eve', 'changed eve', 'changed eve'])
    const eve = node.peers.find(({ name }) => name === 'eve')
    expect([eve?.host, eve?.publicKey.field]).to.deep.equal(['10.0.0.2', CAROL.publicKey.field])
    expect(node.peers.find(({ name }) => name === 'dave')?.host).to.equal('10.0.0.4')
  })

  it('knows at most maxPeers, and forgets who has been silent for peerLifetimeMs', async () => {
    const clock = new ManualClock()
    const { node, mouth } = await listening({ clock, maxPeers: 3, peerLifetimeMs: 5_000, advertiseIntervalMs: 1_000 })
    node.addPeer({ name: 'given', host: '10.0.0.4', port: 4, publicKey: CAROL.publicKey })
    for (let at = 0; at < 5; at++) await mouth.say(advertisement(`p${at}@10.0.0.1:1`))
    await node.peerKnown('p1')
    expect(node.peers.map(({ name }) => name)).to.deep.equal(['given', 'p0', 'p1'])
    expect(
      (
        await rejection(
          asPromise(() => node.addPeer({ name: 'more', host: '10.0.0.4', port: 4, publicKey: CAROL.publicKey })),
        )
      ).code,
    ).to.equal('PEER_LIMIT')
    clock.advance(4_000)
    await mouth.say(advertisement('p1@10.0.0.7:1'))
    await node.watch.event('changed p1')
    expect(node.droppedPeers).to.equal(3)
    clock.advance(2_000)
    expect(node.watch.events).to.include('expired p0').and.to.not.include('expired p1')
    expect(node.peers.map(({ name }) => name)).to.deep.equal(['given', 'p1'])
  })

  it('lets one address tell of maxPeersPerAddress at most, and others of theirs', async () => {
    const { node, mouth } = await listening({ maxPeersPerAddress: 3 })
    const elsewhere = new Mouth(mouth.to, '127.0.0.2')
    open.push(elsewhere)
    await elsewhere.open()
    for (let at = 0; at < 6; at++) await mouth.say(advertisement(`p${at}@10.0.0.1:1`))
    await elsewhere.say(advertisement('q@10.0.0.2:1'))
    await node.peerKnown('q')
    expect(node.peers.map(({ name }) => name)).to.deep.equal(['p0', 'p1', 'p2', 'q'])
    expect(node.droppedPeers).to.equal(3)
    // A name that somebody else tells of is of his share from then on, and so there is room for another.
    await elsewhere.say(advertisement('p0@10.0.0.3:1'))
    await node.watch.event('changed p0')
    await mouth.say(advertisement('p4@10.0.0.1:1'), advertisement('p5@10.0.0.1:1'))
    await heardUpTo(node, elsewhere, true)
    expect(node.peers.map(({ name }) => name)).to.deep.equal(['p0', 'p1', 'p2', 'q', 'p4'])
  })

  it('tells of itself at once and at every interval', async () => {
    const clock = new ManualClock()
    const group = new PnetGroup({ clock, advertiseIntervalMs: 2_500 })
    const ear = new Ear({ host: '0.0.0.0', port: group.advertisePort, reuseAddr: true })
    open.push(ear)
    await ear.open()
    const node = group.add(new Node(group.options('alice')))
    open.push(node)
    await node.serve()
    await ear.hears(1)
    clock.advance(2_499)
    clock.advance(1)
    const said = await ear.hears(2)
    expect(said[1]).to.equal(said[0])
    await node.shutdown()
    clock.advance(60_000)
    await new Mouth(1).close()
    expect(ear.heard).to.have.length(2)
  })

  it('refuses an advertisement that originals could not read, and leaves nothing open', async () => {
    const networkId = 'n'.repeat(255)
    const options = { networkId, key: BOB, networkKey: NETWORK_KEY, advertisePort: pnetPort(), listen: '127.0.0.1:0' }
    for (const where of [{}, { interface: 'nosuch0' }]) {
      const node = new Node({ name: 'x'.repeat(250), ...options, ...where })
      expect((await rejection(node.serve())).code).to.equal('MESSAGE_UNSENDABLE')
      expect((await rejection(asPromise(() => node.address))).code).to.equal('NOT_OPEN')
    }
  })

  for (const absent of ['nosuch0', '192.0.2.1'])
    it(`serves while ${absent}, from which it is to tell of itself, is not there, and reports that once`, async () => {
      const clock = new ManualClock()
      const group = new PnetGroup({ clock, advertiseIntervalMs: 2_500, listen: '0.0.0.0:0' })
      const node = group.add(new WatchedCommandNode(group.options('alice', { interface: absent })))
      const caller = group.add(new CommandNode(group.options('bob')))
      open.push(node, caller)
      await node.serve()
      node.register('add', (_call, x: number, y: number) => x + y)
      caller.addPeer({ name: 'alice', host: '127.0.0.1', port: node.address.port, publicKey: ALICE.publicKey })
      for (let look = 0; look < 3; look++) {
        clock.advance(2_500)
        expect(await caller.call('alice', 'add', { args: [20, look] })).to.equal(20 + look)
      }
      expect(node.watch.raised).to.have.lengthOf(1)
      const system = absent === 'nosuch0' ? 'ENODEV' : 'EADDRNOTAVAIL'
      expect(node.watch.raised[0]?.detail).to.include({ system })
    })

  it('tells others where it is to be reached: never a name of the loopback that only this machine has', () => {
    expect(reachableHost('localhost', undefined)).to.equal('127.0.0.1')
    expect(reachableHost('192.0.2.7', undefined)).to.equal('192.0.2.7')
    expect(reachableHost('0.0.0.0', '192.0.2.8')).to.equal('192.0.2.8')
    expect(reachableHost('::', undefined)).to.match(/^\d+\.\d+\.\d+\.\d+$/)
  })

  it('gives up waiting for a peer when its signal says so', async () => {
    const { node } = await listening()
    const controller = new AbortController()
    const waiting = rejection(node.peerKnown('nobody', { signal: controller.signal }))
    controller.abort()
    expect((await waiting).code).to.equal('ABORTED')
  })

  it('gives up waiting for a peer when it is shut down', async () => {
    const { node } = await listening()
    const waiting = rejection(node.peerKnown('nobody'))
    await node.shutdown()
    expect((await waiting).code).to.equal('CLOSED')
  })
})

const asPromise = async (run: () => unknown): Promise<unknown> => run()
