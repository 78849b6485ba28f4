import { createPublicKey } from 'node:crypto'
import { expect } from 'chai'
import {
  type Json,
  LATER_GROUP,
  type Peer,
  SEED_GROUP,
  STP_RANGES,
  type StpOptions,
  StpServer,
} from '@/protocols/stp/index.js'
import { stpSettingsOf } from '@/protocols/stp/stpOptions.js'
import { caught } from '../../support/caught.js'
import { ManualClock } from '../../support/manualClock.js'
import { rejection } from '../../support/rejection.js'
import { portsOf, type RawDatagrams, StpStage, StpWitness } from '../../support/stpNodes.js'
import { turns } from '../../support/turns.js'
import { warningsOf } from '../../support/warnings.js'
import { partsOf, STP_KEYS } from '../../support/stpRecordings.js'

const HOST = '127.0.0.1'
const BOB: StpOptions = { user: 'bob', key: STP_KEYS.sender.private_key_pem }
const CAROL: StpOptions = { user: 'carol', key: STP_KEYS.self_listener.private_key_pem }

/** The peer of this user, once it is known. */
const peerOf = async (node: StpWitness, user: string): Promise<Peer> => {
  const find = (): Peer | undefined => node.peers.find((peer) => peer.user === user)
  await node.until(() => node.heard.some((each) => each.user === user))
  const found = find()
  if (found === undefined) throw new Error(`${user} is not known`)
  return found
}
/** The bytes of one packet of a node. */
const packetOf = async (raw: RawDatagrams, node: StpWitness): Promise<Buffer> => {
  await node.sendUdp('x', { toAddr: HOST, toPort: raw.port })
  return raw.next()
}
const isText = (data: Json): data is string => typeof data === 'string'

describe('an STP server', () => {
  it('is found where the seed is, or, if told so, where the later package is', () => {
    expect(SEED_GROUP).to.equal('239.192.1.107')
    expect(LATER_GROUP).to.equal('224.0.0.109')
    expect(stpSettingsOf({})).to.include({ maddr: SEED_GROUP, udpport: 57_000, tcpport: 57_001, multicastTtl: 20 })
    expect(stpSettingsOf({ maddr: LATER_GROUP, multicastTtl: 1 })).to.include({ maddr: LATER_GROUP, multicastTtl: 1 })
    expect(stpSettingsOf({}).user).to.be.a('string').and.not.equal('')
  })

  it('checks its options at once', () => {
    const invalid: object[] = [
      ...Object.entries(STP_RANGES).flatMap(([name, [, min, max]]) => [{ [name]: min - 1 }, { [name]: max + 1 }]),
      { key: 'none' },
      { framing: 'line' },
      { announcedTcpport: 0 },
      { maddr: '1.2.3.4' },
      { announcedUdpport: 65_536 },
    ]
    for (const options of invalid) expect(caught(() => new StpServer(options)).code).to.equal('OPTION_INVALID')
  })

  for (const framing of ['stp', 'handshake'] as const) {
    describe(`over the ${framing} framing`, () => {
      /** Two or three nodes on one UDP port, which know each other. */
      const acquainted = async (stage: StpStage, ...others: readonly StpOptions[]): Promise<readonly StpWitness[]> => {
        const alice = await stage.node({ framing }, (node) => node.keeps('/chat'))
        const { udp: udpport } = portsOf(alice)
        const nodes = [alice]
        for (const options of others) {
          const node = await stage.node({ framing, udpport, ...options }, (made) => made.keeps('/chat'))
          nodes.push(node)
          await node.requestSync()
          // Each of those that were there before has heard it, and has answered.
          await node.until(() => node.peers.length === nodes.length - 1)
        }
        return nodes
      }

      it('finds the others, and they find it, by one request', async () => {
        await using stage = new StpStage()
        const [alice, bob, carol] = await acquainted(stage, BOB, CAROL)
        if (alice === undefined || bob === undefined || carol === undefined) throw new Error('not all are there')
        expect(alice.peers.map(({ user }) => user)).to.have.members(['bob', 'carol'])
        expect(bob.peers.map(({ user }) => user)).to.have.members(['alice', 'carol'])
        expect(carol.peers.map(({ user }) => user)).to.have.members(['alice', 'bob'])
        const { updateTime, headers, ...peer } = await peerOf(alice, 'bob')
        const { udp, tcp } = portsOf(bob)
        const publicKey = await bob.publicKey()
        const known = { user: 'bob', hostname: 'alices-desk', udpport: udp, tcpport: tcp, publicKey }
        expect(peer).to.deep.equal({ ...known, ip: HOST, keyExposed: false, features: ['hybrid-1'] })
        expect(Math.abs(updateTime - Date.now() / 1_000)).to.be.lessThan(600)
        expect(headers).to.include({ user: 'bob', public_key: publicKey })
        while (alice.counts.requestsAnswered < 2) await turns()
        expect(alice.counts).to.include({ requestsAnswered: 2, requestsUnanswered: 0, droppedMalformed: 0 })
        expect(bob.counts.droppedOwn, 'the own request').to.equal(1)
      })

      it('seals what it sends to a peer, in one block or as hybrid-1, and only that peer can open it', async () => {
        await using stage = new StpStage()
        const [alice, bob] = await acquainted(stage, BOB)
        if (alice === undefined || bob === undefined) throw new Error('not all are there')
        const peer = await peerOf(alice, 'bob')
        const large = { text: 'ü'.repeat(100_000) }
        await alice.sendToPeer('/chat', 'short', peer)
        await alice.sendToPeer('/chat', large, peer)
        await alice.sendToPeer('/chat', 'for all', HOST, { encrypt: false })
        const packets = await bob.routes(3)
        expect(packets.map(({ data }) => data)).to.deep.equal(['short', large, 'for all'])
        expect(packets.map(({ encrypted }) => encrypted)).to.deep.equal([true, true, false])
        expect(packets.map(({ headers: { enc } }) => enc)).to.deep.equal([undefined, 'hybrid-1', undefined])
        expect(packets.map(({ protocol, sender }) => `${protocol} ${sender}`)).to.deep.equal(
          Array(3).fill(`TCP ${HOST}`),
        )
      })

      it('sends one broadcast to all, in the clear and once each', async () => {
        await using stage = new StpStage()
        const [alice, ...others] = await acquainted(stage, BOB, CAROL)
        await alice?.broadcast('/chat', ['all', 1])
        await alice?.broadcast('/chat', 'end')
        for (const other of others) {
          const packets = await other.routes(2)
          expect(packets.map(({ data, protocol }) => [data, protocol])).to.deep.equal([
            [['all', 1], 'UDP'],
            ['end', 'UDP'],
          ])
          expect(packets[0]?.headers).to.include({ user: 'alice', encrypted: false })
        }
      })

      it('sends packets up to the limit over TCP, and refuses larger ones before a byte leaves', async () => {
        await using stage = new StpStage()
        const bob = await stage.node({ framing, ...BOB }, (node) => node.keeps('/chat'))
        const { tcp: toPort } = portsOf(bob)
        const alice = stage.silent({ framing, hybrid: false })
        const sized = (bytes: number): Promise<void> =>
          alice.sendTcp('x'.repeat(bytes), HOST, { namespace: '/chat', toPort, passPubKey: false })
        const [, overhead = Number.NaN] = [await sized(0), (await bob.routes(1))[0]?.headers].map((headers) =>
          headers === undefined ? 0 : 6 + JSON.stringify(headers).length + '{"msg":""}'.length,
        )
        await sized(4_096_000 - overhead)
        expect((await bob.routes(2))[1]?.data).to.have.lengthOf(4_096_000 - overhead)
        const error = await rejection(sized(4_096_001 - overhead))
        expect(error.code).to.equal('MESSAGE_UNSENDABLE')
        expect(error.detail).to.deep.equal({ size: 4_096_001, limit: 4_096_000 })
        expect(bob.counts.received).to.equal(2)
      }).timeout(20_000)
    })
  }

  it('refuses to send in the clear what was to be sealed, and then sends nothing', async () => {
    await using stage = new StpStage()
    const bob = await stage.node({ ...BOB, hybrid: false })
    const dave = await stage.node({ user: 'dave', publishKey: false })
    const alice = await stage.node()
    const { tcp } = portsOf(alice)
    for (const node of [bob, dave]) await node.sendTcp('hello', HOST, { toPort: tcp })
    const [toBob, toDave] = [await peerOf(alice, 'bob'), await peerOf(alice, 'dave')]

    const fits = 'x'.repeat(76)
    await alice.sendToPeer('/', fits, toBob)
    const tooLarge = await rejection(alice.sendToPeer('/', `${fits}x`, toBob))
    expect(tooLarge).to.include({ code: 'BODY_UNSEALABLE', fault: 'local' })
    expect(tooLarge.detail).to.deep.equal({ bytes: 87, modulusBytes: 128, announced: false })
    expect((await rejection(alice.sendToPeer('/', 'x', toDave))).code).to.equal('PEER_KEY_UNKNOWN')
    for (const key of ['', 'junk', toDave])
      for (const sent of [alice.sendUdp('x', { key }), alice.sendTcp('x', HOST, { key, toPort: portsOf(dave).tcp })])
        expect((await rejection(sent)).code).to.equal('PEER_KEY_UNKNOWN')
    const bare = await rejection(
      alice.sendTcp(`${fits}x`, HOST, { key: toBob.publicKey ?? '', toPort: portsOf(bob).tcp }),
    )
    expect(bare.code).to.equal('BODY_UNSEALABLE')

    await alice.sendToPeer('/', 'the end', toBob, { encrypt: false })
    await bob.until(() => bob.heard.length === 2)
    expect(bob.heard.map(({ data }) => data)).to.deep.equal([fits, 'the end'])
    expect(dave.counts.received).to.equal(0)
  })

  it('seals for a key that is given by itself; beyond one block only if a peer has announced hybrid-1 with it', async () => {
    await using stage = new StpStage()
    const bob = await stage.node(BOB, (node) => node.keeps('/'))
    const alice = await stage.node()
    const [key, { tcp: toPort, udp }] = [await bob.publicKey(), portsOf(bob)]
    await alice.sendTcp('one', HOST, { key, toPort })
    expect((await rejection(alice.sendTcp('x'.repeat(500), HOST, { key, toPort }))).code).to.equal('BODY_UNSEALABLE')
    await bob.sendTcp('hello', HOST, { toPort: portsOf(alice).tcp })
    await peerOf(alice, 'bob')
    await alice.sendTcp('y'.repeat(500), HOST, { key, toPort })
    await alice.sendUdp('two', { key, toAddr: HOST, toPort: udp })
    const packets = await bob.routes(3)
    expect(packets.map(({ data, encrypted }) => [data, encrypted])).to.deep.equal([
      ['one', true],
      ['y'.repeat(500), true],
      ['two', true],
    ])
  })

  it('publishes its public key and never its private one', async () => {
    await using stage = new StpStage()
    const ear = await stage.socket()
    const { private_key_pem: key, published_public_key_hex: secret } = STP_KEYS.listener
    const node = stage.silent({ udpport: ear.port })
    await node.broadcast('/chat', 1)
    await node.requestSync()
    await node.sendUdp(1, { passPubKey: false })
    const headers = [partsOf(await ear.next()), partsOf(await ear.next()), partsOf(await ear.next())].map(
      ({ header }): Record<string, unknown> => JSON.parse(header),
    )
    const published = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('hex')
    expect(headers.map(({ public_key: hex }) => hex)).to.deep.equal([published, published, undefined])
    expect(JSON.stringify(headers)).not.to.include(secret.slice(300))
  })

  it('makes a key pair of 2048 bits when it is given none, once', async () => {
    await using node = new StpServer({ host: HOST })
    const [one, two] = await Promise.all([node.publicKey(), node.publicKey()])
    expect(one).to.have.lengthOf(588).and.equal(two)
    await using other = new StpServer({ host: HOST, keyBits: 1_024 })
    expect(await other.publicKey()).to.have.lengthOf(324)
  })

  it('keeps the key it has seen first, says once that there is another, and takes that one only if told so', async () => {
    await using stage = new StpStage()
    const alice = await stage.node()
    const { tcp: toPort } = portsOf(alice)
    const say = async (key: string, data: string): Promise<void> => {
      const node = stage.silent({ user: 'bob', key, announcedTcpport: 57_099 })
      await node.sendTcp(data, HOST, { toPort })
      await alice.until(() => alice.heard.some((each) => each.data === data))
    }
    const [first, second] = [STP_KEYS.sender.private_key_pem, STP_KEYS.self_listener.private_key_pem]
    const hexOf = (pem: string): string => createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('hex')
    await say(first, '1')
    await say(second, '2')
    await say(second, '3')
    expect((await peerOf(alice, 'bob')).publicKey).to.equal(hexOf(first))
    expect((await peerOf(alice, 'bob')).headers['public_key']).to.equal(hexOf(first))
    expect(alice.offered.map(({ key }) => key)).to.deep.equal([hexOf(second)])
    expect(alice.offered[0]?.peer).to.include({ user: 'bob', publicKey: hexOf(first) })
    expect(alice.counts.keysRefused).to.equal(1)

    alice.acceptsKeys = true
    await say(STP_KEYS.sender_other_variant.private_key_pem, '4')
    expect((await peerOf(alice, 'bob')).publicKey).to.equal(hexOf(STP_KEYS.sender_other_variant.private_key_pem))
    expect(alice.heard.map(({ data }) => data)).to.deep.equal(['1', '2', '3', '4'])
  })

  it('reports another key as PEER_KEY_CHANGED when keyChanged is not overridden, or throws', async () => {
    await using stage = new StpStage()
    const errors: string[] = []
    class Plain extends StpServer {
      protected override errorRaised({ code }: { readonly code: string }): void {
        errors.push(code)
      }
    }
    class Throwing extends Plain {
      protected override keyChanged(): boolean {
        throw new Error('no')
      }
    }
    for (const Kind of [Plain, Throwing]) {
      await using node = new Kind({ host: HOST, udpport: 0, tcpport: 0, syncMs: 0, multicastInterface: HOST, ...CAROL })
      await node.listen()
      const { tcp: toPort } = portsOf(node)
      for (const { private_key_pem: key } of [STP_KEYS.sender, STP_KEYS.listener])
        await stage.silent({ key, announcedTcpport: 57_099 }).sendTcp('x', HOST, { toPort })
      while (node.counts.accepted < 2) await turns()
      expect(node.peers).to.have.lengthOf(1)
    }
    expect(errors).to.deep.equal(['PEER_KEY_CHANGED', 'HOOK_FAILED'])
  })

  it('ends in a warning of the process when errorRaised rejects at the news of another key', async () => {
    await using stage = new StpStage()
    await using node = new StpServer({ host: HOST, udpport: 0, tcpport: 0, syncMs: 0, multicastInterface: HOST })
    Object.assign(node, { errorRaised: () => Promise.reject(new Error('too late')) })
    await node.listen()
    const { tcp: toPort } = portsOf(node)
    const warnings = await warningsOf(async () => {
      for (const { private_key_pem: key } of [STP_KEYS.sender, STP_KEYS.listener])
        await stage.silent({ key, announcedTcpport: 57_099 }).sendTcp('x', HOST, { toPort })
      while (node.counts.accepted < 2) await turns()
    })
    expect(warnings).to.deep.equal(['a hook threw (hook: errorRaised, says: too late)'])
  })

  it('takes no promise of keyChanged for a yes', async () => {
    await using stage = new StpStage()
    const alice = await stage.node()
    Object.assign(alice, { keyChanged: () => Promise.reject(new Error('later')) })
    const say = (key: string): Promise<void> =>
      stage.silent({ ...BOB, key, announcedTcpport: 57_099 }).sendTcp('x', HOST, { toPort: portsOf(alice).tcp })
    await say(STP_KEYS.sender.private_key_pem)
    const { publicKey } = await peerOf(alice, 'bob')
    await say(STP_KEYS.listener.private_key_pem)
    await alice.until(() => alice.troubles.length > 0)
    expect(alice.peers.map((peer) => peer.publicKey)).to.deep.equal([publicKey])
    expect(alice.counts.keysRefused).to.equal(1)
    expect(alice.troubles[0]?.detail).to.include({ hook: 'keyChanged', says: 'later' })
  })

  it('has live peers and user names', async () => {
    await using stage = new StpStage()
    const alice = await stage.node()
    const bob = stage.silent({ ...BOB, announcedTcpport: 57_099 })
    expect(alice.peers).to.deep.equal([])
    await bob.sendTcp(1, HOST, { toPort: portsOf(alice).tcp })
    await peerOf(alice, 'bob')
    expect(bob.username).to.equal('bob')
    bob.username = 'robert'
    expect(bob.username).to.equal('robert')
    await bob.sendTcp(2, HOST, { toPort: portsOf(alice).tcp })
    await peerOf(alice, 'robert')
    expect(alice.peers.map(({ user }) => user)).to.deep.equal(['robert'])
  })

  it('gives a route only the data that its check accepts, and says what it kept back', async () => {
    await using stage = new StpStage()
    const texts: string[] = []
    const alice = await stage.node({}, (node) => {
      node.route('/text', isText, ({ data }) => void texts.push(data.toUpperCase()))
    })
    const bob = stage.silent(BOB)
    const { tcp: toPort } = portsOf(alice)
    for (const data of ['a', 5, null, 'b']) await bob.sendTcp(data, HOST, { namespace: '/text', toPort })
    await alice.until(() => alice.heard.length === 4)
    expect(texts).to.deep.equal(['A', 'B'])
    expect(alice.dropped.map(({ error, protocol }) => [Reflect.get(error, 'code'), protocol])).to.deep.equal([
      ['PACKET_MALFORMED', 'TCP'],
      ['PACKET_MALFORMED', 'TCP'],
    ])
  })

  it('calls middlewares and then the handlers of the route, in the order in which they were added, one packet at a time', async () => {
    await using stage = new StpStage()
    const calls: string[] = []
    let done = (): void => {}
    const over = new Promise<void>((resolve) => (done = resolve))
    const alice = await stage.node({}, (node) => {
      node.route('/a', async ({ data }) => {
        calls.push(`first ${JSON.stringify(data)}`)
        await turns()
        calls.push(`first done ${JSON.stringify(data)}`)
      })
      node.addMiddleware(
        (data, { user }, sender, protocol) =>
          void calls.push(`seen ${JSON.stringify(data)} ${JSON.stringify(user)} ${sender} ${protocol}`),
      )
      node.route('/a', ({ data }) => {
        calls.push(`second ${JSON.stringify(data)}`)
        if (data === 2) done()
      })
      node.route('/b', () => void calls.push('never'))
    })
    const bob = stage.silent(BOB)
    const { udp: toPort } = portsOf(alice)
    for (const data of [1, 2]) await bob.sendUdp(data, { namespace: '/a', toAddr: HOST, toPort })
    await over
    const of = (data: number): string[] => [
      `seen ${data} "bob" ${HOST} UDP`,
      `first ${data}`,
      `first done ${data}`,
      `second ${data}`,
    ]
    expect(calls).to.deep.equal([...of(1), ...of(2)])
  })

  it('listens once, closes, listens again; run does both and ends with its signal or with close', async () => {
    await using stage = new StpStage()
    const node = stage.silent()
    expect(caught(() => node.addresses).code).to.equal('NOT_OPEN')
    await node.listen()
    expect((await rejection(node.listen())).code).to.equal('ALREADY_STARTED')
    await node.close()
    expect((await rejection(node.broadcast('/', 1))).code).to.equal('CLOSED')
    expect((await rejection(node.sendTcp(1, HOST))).code).to.equal('CLOSED')
    await node.listen()
    await Promise.all([node.close(), node.close()])

    const stop = new AbortController()
    const running = node.run(stop)
    await node.until(() => true)
    while (!isListening(node)) await turns()
    stop.abort()
    await running
    expect(isListening(node)).to.equal(false)
    const again = node.run()
    while (!isListening(node)) await turns()
    await node.close()
    await again
    expect((await rejection(node.run({ signal: AbortSignal.abort() }))).code).to.equal('ABORTED')
  })

  it('binds both ports or none', async () => {
    await using stage = new StpStage()
    const first = await stage.node()
    const second = stage.silent({ tcpport: portsOf(first).tcp })
    expect((await rejection(second.listen())).code).to.equal('ADDRESS_IN_USE')
    const third = stage.silent({ multicastInterface: 'none0' })
    await third.listen()
    expect(third.troubles.map(({ code }) => code)).to.deep.equal(['GROUP_UNREACHED'])
    expect((await rejection(third.broadcast('/', 1))).code).to.equal('GROUP_UNREACHED')
  })

  it('sends datagrams from the port it listens on, and while it does not listen from another, where it is deaf', async () => {
    await using stage = new StpStage()
    const raw = await stage.socket()
    const [listening, silent] = [await stage.node(), stage.silent()]
    for (const node of [listening, silent]) {
      await node.sendUdp(1, { toAddr: HOST, toPort: raw.port })
      await raw.next()
    }
    const [own = 0, other = 0] = raw.from
    expect(own).to.equal(portsOf(listening).udp)
    expect(other).to.not.equal(own)
    for (const port of [other, own]) await raw.send(await packetOf(raw, silent), port)
    await listening.until(() => listening.heard.length === 1)
    expect(silent.counts.received).to.equal(0)
  })

  it('gives a send up with its signal, over either transport', async () => {
    await using stage = new StpStage()
    const node = stage.silent()
    const signal = AbortSignal.abort()
    expect((await rejection(node.sendUdp(1, { toAddr: HOST, toPort: 9, signal }))).code).to.equal('ABORTED')
    expect((await rejection(node.sendTcp(1, HOST, { toPort: 9, signal }))).code).to.equal('ABORTED')
    expect((await rejection(node.broadcast('/', 1, { signal, port: 9 }))).code).to.equal('ABORTED')
    expect((await rejection(node.broadcast('/', 1))).code, 'no port of its own').to.equal('ADDRESS_INVALID')
  })

  it('cannot send what is no JSON, what is no peer, or a datagram above what UDP carries', async () => {
    await using stage = new StpStage()
    const node = stage.silent({ clock: new ManualClock() })
    // @ts-expect-error undefined is no JSON
    expect((await rejection(node.broadcast('/', undefined))).code).to.equal('MESSAGE_UNSENDABLE')
    const large = node.sendUdp('x'.repeat(70_000), { toAddr: HOST, toPort: 9 })
    expect((await rejection(large)).code).to.equal('DATAGRAM_TOO_LARGE')
    const longName = node.sendUdp(1, { namespace: 'n'.repeat(70_000), toAddr: HOST, toPort: 9 })
    expect((await rejection(longName)).code).to.equal('MESSAGE_UNSENDABLE')
    expect((await rejection(node.sendToPeer('/', 1, HOST))).code).to.equal('PEER_UNKNOWN')
  })
})

const isListening = (node: StpServer): boolean => {
  try {
    return node.addresses.tcp.port > 0
  } catch {
    return false
  }
}
