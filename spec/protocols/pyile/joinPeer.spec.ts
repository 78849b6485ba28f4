import { expect } from 'chai'
import { type PeerAddress, peerName, type PeerOptions } from '@/protocols/pyile/index.js'
import { ManualClock } from '../../support/manualClock.js'
import { WatchedAuthPeer, WatchedJoinPeer } from '../../support/pyilePeers.js'
import { RawListener, type RawPeer } from '../../support/rawPeer.js'
import { rejection } from '../../support/rejection.js'
import { hear, listText, say } from '../../support/scriptedPyile.js'
import { turns } from '../../support/turns.js'

const BEAT = '{"<3": true}'

/** An auth peer without a protocol, and a joiner that has begun to join it. */
const joining = async (options: Partial<PeerOptions> = {}) => {
  const mains = await RawListener.open()
  const distributions = await RawListener.open()
  const joiner = new WatchedJoinPeer(options)
  const abort = new AbortController()
  const joined = joiner.getAuthenticated(mains.port, 'password', { signal: abort.signal })
  joined.catch(() => {})
  const main = await mains.next()
  const auth = ['127.0.0.1', 9] as const
  const list = (): readonly PeerAddress[] => [auth, joiner.peerAddress]
  const upTo = async (step: 'shadow' | 'peer_address' | 'distro' | 'dist_addr' | 'distribution'): Promise<void> => {
    const place = ['shadow', 'peer_address', 'distro', 'dist_addr', 'distribution'].indexOf(step)
    say(main, '{"banned": false}')
    await hear(main, '{"shadow": "password"}')
    if (place < 1) return
    say(main, '{"authenticated": true}')
    await hear(main, `{"peer_address": ["127.0.0.1", ${joiner.peerAddress[1]}]}`)
    if (place < 2) return
    say(main, listText(list()))
    if (place < 3) return
    say(main, `{"dist_addr": ["127.0.0.1", ${distributions.port}]}`)
  }
  /** All of it. */
  const member = async (): Promise<RawPeer> => {
    await upTo('dist_addr')
    const distribution = await distributions.next()
    say(main, BEAT)
    await hear(main, BEAT)
    await joined
    return distribution
  }
  return {
    joiner,
    joined,
    main,
    list,
    abort,
    upTo,
    member,
    distributions,
    again: () => joiner.getAuthenticated(mains.port, 'password'),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([mains[Symbol.asyncDispose](), distributions[Symbol.asyncDispose]()])
      await joiner.leave()
    },
  }
}

describe('JoinPeer', () => {
  describe('while it joins', () => {
    const JUNK: readonly (readonly [step: 'none' | 'shadow' | 'peer_address', junk: string, code: string])[] = [
      ['none', 'hello', 'FRAME_MALFORMED'],
      ['none', '[]', 'VALUE_MALFORMED'],
      ['none', '{}', 'VALUE_MALFORMED'],
      ['none', '{"banned": 0}', 'VALUE_MALFORMED'],
      ['none', '{"__proto__": {"banned": false}}', 'VALUE_MALFORMED'],
      ['shadow', '{"authenticated": "true"}', 'VALUE_MALFORMED'],
      ['shadow', '{"banned": false}', 'VALUE_MALFORMED'],
      ['peer_address', '{"distro": {}}', 'VALUE_MALFORMED'],
      ['peer_address', '{"distro": [["127.0.0.1", 9], 7]}', 'VALUE_MALFORMED'],
      ['peer_address', '{"dist_addr": ["127.0.0.1", -1]}', 'VALUE_MALFORMED'],
      ['peer_address', '}', 'FRAME_MALFORMED'],
    ]
    for (const [step, junk, code] of JUNK) {
      it(`${junk} after ${step} is ${code}, and it may try again`, async () => {
        await using peers = await joining()
        if (step !== 'none') await peers.upTo(step)
        // An end that is answered need not be waited for.
        void peers.main.ended.then(() => peers.main.fin())
        say(peers.main, junk)
        const error = await rejection(peers.joined)
        expect(error.code).to.equal(code)
        expect(error.name).to.equal(code === 'VALUE_MALFORMED' ? 'RecvException' : 'ConnectionException')
        await peers.main.ended
        expect(peers.joiner.messenger.getErrors()).to.have.lengthOf(1)
        await using auth = new WatchedAuthPeer({ pauseMs: 0 })
        await auth.authenticatePeers()
        await peers.joiner.getAuthenticated(auth.address[1], 'password')
        expect(auth.connectedAddrs).to.deep.equal([peers.joiner.peerAddress])
      })
    }

    for (const step of ['none', 'shadow', 'peer_address', 'distro', 'dist_addr'] as const) {
      it(`silence of 4 s after ${step} is JOIN_TIMEOUT`, async () => {
        const clock = new ManualClock()
        await using peers = await joining({ clock })
        if (step !== 'none') await clock.passUntil(peers.upTo(step), 1)
        if (step === 'dist_addr') await clock.passUntil(peers.distributions.next(), 1)
        const before = clock.now()
        const error = await clock.passUntil(rejection(peers.joined), 10)
        expect(error).to.include({ name: 'ConnectionException', code: 'JOIN_TIMEOUT' })
        expect(clock.now() - before).to.be.within(3_900, 5_000)
      })
    }

    it('a connection that ends is REMOTE_ENDED, or whatever it broke of', async () => {
      await using first = await joining()
      await first.upTo('peer_address')
      first.main.fin()
      expect(await rejection(first.joined)).to.include({ name: 'ConnectionException', code: 'REMOTE_ENDED' })
      await using second = await joining()
      await second.upTo('shadow')
      second.main.rst()
      expect(await rejection(second.joined)).to.include({ name: 'ConnectionException', code: 'CONNECTION_RESET' })
    })

    it('a distribution address at which nobody listens is CONNECT_REFUSED, and nothing stays open', async () => {
      await using peers = await joining()
      await peers.upTo('distro')
      await peers.distributions[Symbol.asyncDispose]()
      say(peers.main, `{"dist_addr": ["127.0.0.1", ${peers.distributions.port}]}`)
      expect(await rejection(peers.joined)).to.include({ name: 'ConnectionException', code: 'CONNECT_REFUSED' })
      await peers.main.ended
      expect(peers.joiner.peers).to.deep.equal([])
    })

    it('an auth peer at whose address nobody listens is CONNECT_REFUSED', async () => {
      const listener = await RawListener.open()
      await listener[Symbol.asyncDispose]()
      await using joiner = new WatchedJoinPeer()
      const error = await rejection(joiner.getAuthenticated(listener.port, 'password'))
      expect(error).to.include({ name: 'ConnectionException', code: 'CONNECT_REFUSED' })
    })

    it('a signal gives it up at any step', async () => {
      await using early = await joining()
      await early.upTo('shadow')
      early.abort.abort()
      expect(await rejection(early.joined)).to.include({ name: 'ConnectionException', code: 'ABORTED' })
      await using late = await joining()
      await late.upTo('dist_addr')
      const distribution = await late.distributions.next()
      late.abort.abort()
      expect((await rejection(late.joined)).code).to.equal('ABORTED')
      await Promise.all([late.main.ended, distribution.ended])
      await using joiner = new WatchedJoinPeer()
      const never = joiner.getAuthenticated(1, 'password', { signal: AbortSignal.abort() })
      expect((await rejection(never)).code).to.equal('ABORTED')
    })

    it('it cannot begin another join, nor send', async () => {
      await using peers = await joining()
      expect(await rejection(peers.again())).to.include({ name: 'StatusException', code: 'ALREADY_STARTED' })
      for (const send of [() => peers.joiner.broadcast('x'), () => peers.joiner.send(['127.0.0.1', 9], 'x')]) {
        expect(await rejection(send())).to.include({ name: 'StatusException', code: 'NOT_OPEN' })
      }
    })

    it('everything may come byte by byte, the list and the address in any order', async () => {
      await using peers = await joining()
      await peers.upTo('peer_address')
      const text = ` {"dist_addr" :["127.0.0.1",${peers.distributions.port}]}\n${listText(peers.list())} ${BEAT}`
      for (const byte of text) {
        say(peers.main, byte)
        await turns(1)
      }
      await peers.distributions.next()
      await peers.joined
      await hear(peers.main, BEAT)
      expect(peers.joiner.peers).to.deep.equal(peers.list())
    })
  })

  describe('once it has joined', () => {
    it('answers every beat at once, whatever it says', async () => {
      await using peers = await joining()
      await peers.member()
      for (const beat of [BEAT, '{"<3": false}', '{}', '{"x": [1]}']) {
        say(peers.main, beat)
        await hear(peers.main, BEAT)
      }
    })

    it('has left after 6 s without a beat, says why, and closes everything', async () => {
      const clock = new ManualClock()
      await using peers = await joining({ clock })
      const distribution = await clock.passUntil(peers.member(), 1)
      clock.advance(5_900)
      await turns(3)
      expect(peers.joiner.happened.ends).to.deep.equal([])
      clock.advance(200)
      const [end] = await Promise.all([
        clock.passUntil(peers.joiner.happened.end(), 10),
        peers.main.ended,
        distribution.ended,
      ])
      expect(end).to.include({ name: 'ConnectionException', code: 'HEARTBEAT_LOST' })
      expect(peers.joiner.disconnected).to.equal(true)
      expect(peers.joiner.messenger.getErrors()).to.have.lengthOf(1)
      expect(await rejection(peers.again())).to.include({ name: 'StatusException', code: 'NOT_OPEN' })
      expect(peers.joiner.happened.ends).to.have.lengthOf(1)
    })

    for (const [what, end] of [
      ['ends', (main: RawPeer) => main.fin()],
      ['is reset', (main: RawPeer) => main.rst()],
      ['brings what is no JSON', (main: RawPeer) => say(main, 'bye')],
    ] as const) {
      it(`has left at once when its main connection ${what}`, async () => {
        await using peers = await joining()
        await peers.member()
        end(peers.main)
        expect(await peers.joiner.happened.end()).to.have.property('name', 'ConnectionException')
      })
    }

    it('takes lists from both connections, several at once, and keeps the newest', async () => {
      await using peers = await joining()
      const distribution = await peers.member()
      const { happened } = peers.joiner
      const newest = (name: string): Promise<void> => happened.until(({ lists }) => lists.at(-1)?.[0] === name)
      say(distribution, '{"distro":[["10.0.0.1",1]]}{"distro": [["10.0.0.2", 2]], "more": 1}')
      await newest('10.0.0.2:2')
      // The same once more is no news.
      say(peers.main, '{"distro": [["10.0.0.2", 2]]}{"distro": [["10.0.0.3", 3]]}')
      await newest('10.0.0.3:3')
      expect(happened.lists.map(([first]) => first)).to.deep.equal([
        peerName(peers.list()[0] ?? ['', 0]),
        '10.0.0.1:1',
        '10.0.0.2:2',
        '10.0.0.3:3',
      ])
    })

    it('drops a list that is none or too long, notes it, and takes the next', async () => {
      await using peers = await joining({ maxPeers: 2 })
      const distribution = await peers.member()
      const { happened } = peers.joiner
      const junk = [
        '{"distro": 1}',
        '{"distro": [["a"]]}',
        '[]',
        '{"distro": [["a", 1], ["b", 2], ["c", 3]]}',
        '{"other": 1}',
        '{"distro": [["a b", 1]]}',
      ]
      for (const text of junk) say(distribution, text)
      say(distribution, '{"distro": [["10.0.0.1", 1]]}')
      await happened.listOf(1)
      expect(peers.joiner.messenger.getWarnings()).to.have.lengthOf(junk.length - 1)
      expect(peers.joiner.peers).to.deep.equal([['10.0.0.1', 1]])
    })

    it('stays when only its distribution connection ends, and says that no more lists will come', async () => {
      await using peers = await joining()
      const distribution = await peers.member()
      say(distribution, 'no JSON')
      await distribution.ended
      await peers.joiner.happened.noted('no more lists will come')
      say(peers.main, BEAT)
      await hear(peers.main, BEAT)
      expect(peers.joiner.disconnected).to.equal(false)
    })

    it('leaves by closing both connections, once', async () => {
      await using peers = await joining()
      const distribution = await peers.member()
      await Promise.all([peers.joiner.leave(), peers.joiner.leave(), peers.main.ended, distribution.ended])
      expect(peers.joiner.happened.ends).to.deep.equal([undefined])
      expect([...peers.joiner.messenger.getWarnings(), ...peers.joiner.messenger.getErrors()]).to.deep.equal([])
    })
  })

  it('can be told to leave before it has begun to join', async () => {
    await using auth = new WatchedAuthPeer()
    await auth.authenticatePeers()
    const joiner = new WatchedJoinPeer()
    const joined = rejection(joiner.getAuthenticated(auth.address[1], 'password'))
    await joiner.leave()
    expect((await joined).name).to.be.oneOf(['StatusException', 'ConnectionException'])
    expect([joiner.disconnected, auth.connectedAddrs]).to.deep.equal([true, []])
  })

  it('can be told to leave in the middle of a join', async () => {
    await using peers = await joining()
    await peers.upTo('shadow')
    await Promise.all([peers.joiner.leave(), peers.main.ended])
    expect((await rejection(peers.joined)).name).to.equal('ConnectionException')
    expect(peers.joiner.disconnected).to.equal(true)
  })
})
