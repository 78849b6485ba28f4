import { expect } from 'chai'
import { selfSigned } from '@/core/index.js'
import { peerName, type PeerOptions } from '@/protocols/pyile/index.js'
import { ManualClock } from '../../support/manualClock.js'
import { WatchedAuthPeer, WatchedJoinPeer } from '../../support/pyilePeers.js'
import type { RawPeer } from '../../support/rawPeer.js'
import { rejection } from '../../support/rejection.js'
import { rawFrom } from '../../support/scriptedPyile.js'
import { turns } from '../../support/turns.js'

type WireOptions = Pick<PeerOptions, 'framing' | 'tls' | 'seal'>

const KEY = Buffer.alloc(32, 7)
let tls: NonNullable<PeerOptions['tls']> = { server: {} }

const WIRES: readonly (readonly [name: string, options: () => WireOptions])[] = [
  ['as originals speak', () => ({})],
  ['over the handshake framing', () => ({ framing: 'handshake' })],
  ['over TLS', () => ({ tls })],
  ['over the handshake framing and TLS', () => ({ framing: 'handshake', tls })],
  ['sealed', () => ({ seal: { key: KEY } })],
]

/** A network of `count` peers, whose owner comes first. */
const network = async (
  wire: WireOptions,
  count: number,
): Promise<{ readonly auth: WatchedAuthPeer; readonly joiners: readonly WatchedJoinPeer[] } & AsyncDisposable> => {
  const auth = new WatchedAuthPeer(wire)
  await auth.authenticatePeers()
  const joiners = ['one', 'two', 'three'].slice(0, count - 1).map((alias) => new WatchedJoinPeer({ alias, ...wire }))
  const dispose = async (): Promise<void> => {
    await Promise.all([auth, ...joiners].map((peer) => peer.leave()))
  }
  try {
    await Promise.all(joiners.map((joiner) => joiner.getAuthenticated(auth.address[1], 'password')))
    await Promise.all(joiners.map(({ happened }) => happened.listOf(count)))
  } catch (error) {
    await dispose()
    throw error
  }
  return { auth, joiners, [Symbol.asyncDispose]: dispose }
}

describe('a Pyile network', () => {
  const opened: RawPeer[] = []
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((peer) => peer[Symbol.asyncDispose]()))
  })
  before(async function () {
    this.timeout(20_000)
    const { key, cert } = await selfSigned({ hosts: ['127.0.0.1'] })
    tls = { server: { key, cert }, client: { ca: cert } }
  })

  for (const [name, options] of WIRES) {
    describe(name, () => {
      it('of two: both send to the other, get receipts, and store what was said alike', async () => {
        await using two = await network(options(), 2)
        const { auth } = two
        const [one] = two.joiners
        if (one === undefined) throw new Error('nobody joined')
        const data = { text: 'żółw 🐢 "q" {}[]', list: [1, null, true, 0.5] }
        expect(await one.send(auth.peerAddress, data)).to.include({ receipt: 'admin' })
        expect(await auth.happened.message(1)).to.deep.equal({
          data,
          alias: 'one',
          to: auth.peerAddress,
          from: one.peerAddress,
        })
        expect(await auth.broadcast('welcome')).to.deep.include({ received: [one.peerAddress], silent: [] })
        expect((await one.happened.message(1)).to).to.equal('Broadcast')
        expect(one.messenger.getMessages(auth.peerAddress).map(({ message }) => message.self)).to.deep.equal([true])
        expect(auth.messenger.getMessages(one.peerAddress).map(({ message }) => message.data)).to.deep.equal([data])
        for (const { messenger } of [one, auth]) {
          expect(messenger.getMessages('Broadcast').map(({ message }) => message.data)).to.deep.equal(['welcome'])
          expect([...messenger.getWarnings(), ...messenger.getErrors()]).to.deep.equal([])
        }
      })

      it('of three: lists name the owner first and the others in their order; one that leaves is gone for all', async () => {
        await using three = await network(options(), 3)
        const { auth } = three
        const [one, two] = three.joiners
        if (one === undefined || two === undefined) throw new Error('somebody is missing')
        const names = auth.peers.map(peerName)
        expect(names[0]).to.equal(peerName(auth.peerAddress))
        expect(names.slice(1)).to.have.members([peerName(one.peerAddress), peerName(two.peerAddress)])
        for (const { peers } of [one, two]) expect(peers).to.deep.equal(auth.peers)
        await one.leave()
        expect(one.disconnected).to.equal(true)
        await two.happened.listOf(2)
        expect(two.peers).to.deep.equal([auth.peerAddress, two.peerAddress])
        expect((await two.broadcast('still here?'))?.unreachable).to.deep.equal([])
        expect((await auth.happened.message(1)).data).to.equal('still here?')
        await auth.happened.noted('has gone')
      })

      it('of four: each broadcast reaches the three others, and all leave when the owner does', async () => {
        await using four = await network(options(), 4)
        const all = [four.auth, ...four.joiners]
        for (const peer of all) {
          const report = await peer.broadcast(`from ${peer.alias}`)
          expect(report?.received).to.have.lengthOf(3)
        }
        for (const { happened, alias } of all) {
          await happened.message(3)
          const said = happened.messages.map(({ data }) => data)
          expect(said).to.have.members(all.filter((peer) => peer.alias !== alias).map((peer) => `from ${peer.alias}`))
        }
        await four.auth.leave()
        const ends = await Promise.all(four.joiners.map(({ happened }) => happened.end()))
        for (const end of ends) expect(end).to.include({ name: 'ConnectionException', code: 'REMOTE_ENDED' })
        expect(four.joiners.every(({ disconnected }) => disconnected)).to.equal(true)
        expect(four.auth.happened.ends).to.deep.equal([undefined])
        expect(all.flatMap(({ happened }) => happened.raised)).to.deep.equal([])
      })

      it('lets a host try its passwords, and bans it when there were too many', async () => {
        await using auth = new WatchedAuthPeer({ ...options(), passwordAttempts: 2 })
        await auth.authenticatePeers()
        await using guest = new WatchedJoinPeer(options())
        const attempt = (password: string): Promise<void> => guest.getAuthenticated(auth.address[1], password)
        expect(await rejection(attempt('wrong'))).to.include({
          code: 'PASSWORD_REFUSED',
          name: 'AuthenticationException',
        })
        expect([...auth.limboPeers]).to.deep.equal([['127.0.0.1', 1]])
        expect(await rejection(attempt('wrong again'))).to.include({ code: 'PASSWORD_REFUSED' })
        expect(await rejection(attempt('password'))).to.include({
          code: 'PEER_BANNED',
          name: 'AuthenticationException',
        })
        expect([...auth.blockedPeers]).to.deep.equal(['127.0.0.1'])
        auth.unblock('127.0.0.1')
        await attempt('password')
        expect(auth.peers).to.have.lengthOf(2)
        expect([...auth.happened.notes, ...guest.happened.notes].join()).to.not.contain('again')
      })

      it('is not closed by a host that connects and says nothing: two such may wait at each port, others come in', async () => {
        const clock = new ManualClock()
        const limits = { maxPeers: 2, maxJoins: 3, maxJoinsPerHost: 2 }
        await using auth = new WatchedAuthPeer({ ...options(), ...limits, clock })
        await auth.authenticatePeers()
        for (const address of [auth.address, auth.distAddress]) {
          const silent = await Promise.all(Array.from({ length: 6 }, () => rawFrom(address, '127.0.0.2')))
          opened.push(...silent)
          const waiting = new Set(silent)
          for (const peer of silent) void peer.ended.then(() => waiting.delete(peer))
          while (waiting.size > 2) await turns()
        }
        await using guest = new WatchedJoinPeer(options())
        await clock.passUntil(guest.getAuthenticated(auth.address[1], 'password'), 1)
        expect(auth.connectedAddrs).to.deep.equal([guest.peerAddress])
        expect(clock.now()).to.be.below(4_000)
        await clock.passUntil(auth.leave())
      })
    })
  }

  const STRANGERS: readonly (readonly [joiner: string, auth: string, codes: readonly string[]])[] = [
    ['as originals speak', 'over the handshake framing', ['FRAME_MALFORMED']],
    ['over the handshake framing', 'as originals speak', ['OPENING_UNEXPECTED']],
    ['over TLS', 'as originals speak', ['TLS_FAILED', 'CONNECTION_RESET']],
    ['sealed', 'over the handshake framing', ['PLUGIN_REJECTED']],
  ]
  const wireOf = (name: string): WireOptions => WIRES.find(([known]) => known === name)?.[1]() ?? {}
  for (const [joiner, auth, codes] of STRANGERS) {
    it(`of those ${auth} does not take one ${joiner}, and goes on`, async () => {
      await using owner = new WatchedAuthPeer(wireOf(auth))
      await owner.authenticatePeers()
      await using stranger = new WatchedJoinPeer(wireOf(joiner))
      const error = await rejection(stranger.getAuthenticated(owner.address[1], 'password'))
      expect(error.name).to.equal('ConnectionException')
      expect(codes).to.include(error.code)
      await using friend = new WatchedJoinPeer(wireOf(auth))
      await friend.getAuthenticated(owner.address[1], 'password')
      expect(owner.connectedAddrs).to.deep.equal([friend.peerAddress])
    })
  }

  it('connects from the hosts at which its peers are found, so that they are known by them', async () => {
    await using auth = new WatchedAuthPeer({ host: '127.0.0.2' })
    await auth.authenticatePeers()
    await using joiner = new WatchedJoinPeer({ host: '127.0.0.3' })
    await joiner.getAuthenticated(auth.address.join(':'), 'password')
    expect(auth.peers.map(([host]) => host)).to.deep.equal(['127.0.0.2', '127.0.0.3'])
    expect((await joiner.broadcast('there'))?.received).to.deep.equal([auth.peerAddress])
    expect((await auth.broadcast('back'))?.received).to.deep.equal([joiner.peerAddress])
  })

  it('leaves no rejection unhandled when nobody looks at what its calls give', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note)
    const auth = new WatchedAuthPeer()
    const joiner = new WatchedJoinPeer()
    void auth.broadcast('too early')
    void auth.send(['127.0.0.1', 1], 'too early')
    await Promise.all([auth.leave(), joiner.leave()])
    for (const peer of [auth, joiner]) void peer.connect()
    void auth.authenticatePeers()
    void joiner.getAuthenticated(1, 'password')
    await turns(2)
    process.off('unhandledRejection', note)
    expect(unhandled).to.deep.equal([])
  })

  it('sealed with another key is closed to the password, however right', async () => {
    await using owner = new WatchedAuthPeer({ seal: { key: KEY } })
    await owner.authenticatePeers()
    await using stranger = new WatchedJoinPeer({ seal: { key: Buffer.alloc(32, 8) } })
    const error = await rejection(stranger.getAuthenticated(owner.address[1], 'password'))
    expect(error).to.include({ name: 'ConnectionException', code: 'SEAL_BROKEN' })
    expect(owner.limboPeers.size).to.equal(0)
  })
})
