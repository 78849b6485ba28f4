import { expect } from 'chai'
import { AuthPeer, type PeerAddress, type PeerOptions } from '@/protocols/pyile/index.js'
import { caught } from '../../support/caught.js'
import { ManualClock } from '../../support/manualClock.js'
import { WatchedAuthPeer, WatchedJoinPeer } from '../../support/pyilePeers.js'
import { RawListener, RawPeer } from '../../support/rawPeer.js'
import { rejection } from '../../support/rejection.js'
import { hear, listText, rawFrom, rawJoin, say } from '../../support/scriptedPyile.js'
import { turns } from '../../support/turns.js'

const opened = async (options: ConstructorParameters<typeof WatchedAuthPeer>[0] = {}): Promise<WatchedAuthPeer> => {
  const auth = new WatchedAuthPeer({ pauseMs: 1, ...options })
  await auth.authenticatePeers()
  return auth
}

/** A raw joiner that has come as far as a step. */
const joinerAt = async (auth: AuthPeer, step: 'shadow' | 'address' | 'distribution'): Promise<RawPeer> => {
  const peer = await rawFrom(auth.address)
  await hear(peer, '{"banned": false}')
  if (step === 'shadow') return peer
  say(peer, '{"shadow": "password"}')
  await hear(peer, '{"authenticated": true}')
  if (step === 'address') return peer
  const address = ['127.0.0.1', 9] as const
  say(peer, '{"peer_address": ["127.0.0.1", 9]}')
  await hear(peer, listText([...auth.peers, address]))
  await hear(peer, `{"dist_addr": ["127.0.0.1", ${auth.distAddress[1]}]}`)
  return peer
}

/** It still lets others in. */
const goesOn = async (auth: WatchedAuthPeer, options: Partial<PeerOptions> = {}): Promise<void> => {
  const before = auth.peers.length
  await using joiner = new WatchedJoinPeer(options)
  await joiner.getAuthenticated(auth.address[1], 'password')
  expect(auth.peers).to.have.lengthOf(before + 1)
  await joiner.leave()
  await auth.happened.until(() => auth.peers.length === before)
}

/** One message of the handshake framing, with its length, and the answer to it. */
const frame = async (peer: RawPeer, text: string): Promise<void> => {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  await peer.send(length).expect('ff')
  peer.send(bytes)
}
const heard = async (peer: RawPeer): Promise<string> => {
  const size = (await peer.read(4)).readUInt32BE()
  return (await peer.send('ff').read(size)).toString()
}

describe('AuthPeer', () => {
  describe('at each step of a join', () => {
    const JUNK = [
      'hello',
      '{]',
      '[]',
      'true',
      '7 ',
      '{}',
      '{"shadow": 1}',
      '{"shadow": null}',
      '{"peer_address": "127.0.0.1:9"}',
      '{"peer_address": ["127.0.0.1", 0]}',
      '{"peer_address": ["127.0.0.1", "9"]}',
      '{"peer_address": ["127.0.0.1", 9, 9]}',
      '{"__proto__": {"shadow": "password", "peer_address": ["127.0.0.1", 9]}}',
      `{"shadow": "${'x'.repeat(5_000)}`,
      '\u0016\u0003\u0001',
      'GET / HTTP/1.1\r\n\r\n',
    ]
    for (const step of ['shadow', 'address'] as const) {
      it(`what is no ${step} closes that connection only, and is noted`, async () => {
        await using auth = await opened()
        for (const junk of JUNK) {
          await using peer = await joinerAt(auth, step)
          say(peer, junk)
          await peer.ended
          expect(peer.unread, junk).to.equal('')
        }
        await auth.happened.until(
          ({ notes }) => notes.filter((note) => note.includes('came to nothing')).length === JUNK.length,
        )
        expect(auth.peers).to.have.lengthOf(1)
        expect(auth.limboPeers.size).to.equal(0)
        await goesOn(auth)
      })
    }

    it('over the handshake framing, too, what is no value closes that connection only', async () => {
      const framing = 'handshake'
      await using auth = await opened({ framing })
      const junk = ['', 'hello', '{"shadow": 1}', '{"a": "b"', '\u0000', '['.repeat(2_000)]
      for (const text of junk) {
        await using early = await (await rawFrom(auth.address)).open()
        expect(await heard(early)).to.equal('{"banned": false}')
        await frame(early, text)
        await early.ended
        await using late = await (await rawFrom(auth.address)).open()
        await heard(late)
        await frame(late, '{"shadow":"password"}')
        expect(await heard(late)).to.equal('{"authenticated": true}')
        await frame(late, text)
        await late.ended
        await using sender = await (await rawFrom(auth.peerAddress)).open()
        await frame(sender, text)
        await sender.ended
      }
      await auth.happened.until(({ notes }) => notes.length === 1 + 3 * junk.length)
      await using other = await rawFrom(auth.address)
      say(other, 'GET / HTTP/1.1')
      await other.ended
      await goesOn(auth, { framing })
    })

    for (const step of ['shadow', 'address', 'distribution'] as const) {
      it(`silence of 4 s where the ${step} should come ends the join, and holds up nobody`, async () => {
        const clock = new ManualClock()
        await using auth = await opened({ clock })
        await using silent = await clock.passUntil(joinerAt(auth, step), 1)
        const before = clock.now()
        clock.advance(3_900)
        expect(silent.socket.readableEnded).to.equal(false)
        await clock.passUntil(silent.ended, 10)
        expect(clock.now() - before).to.be.within(3_990, 4_500)
        await auth.happened.noted('did not go on with the join in time')
        expect(auth.peers).to.have.lengthOf(1)
      })
    }

    it('values that come in pieces are understood, and those after them in one chunk', async () => {
      await using auth = await opened()
      await using peer = await rawFrom(auth.address)
      for (const byte of '{"shadow" : "password"}') say(peer, byte)
      say(peer, '{"peer_address":["127.0.0.1",9],"more":1}')
      await hear(peer, '{"banned": false}{"authenticated": true}')
      await hear(peer, listText([...auth.peers, ['127.0.0.1', 9]]))
    })

    it('the address comes 50 ms after the list, so that an original does not read them as one', async () => {
      const clock = new ManualClock()
      await using auth = await opened({ clock, pauseMs: 50 })
      await using peer = await joinerAt(auth, 'address')
      say(peer, '{"peer_address": ["127.0.0.1", 9]}')
      await hear(peer, listText([...auth.peers, ['127.0.0.1', 9]]))
      const before = clock.now()
      clock.advance(49)
      await turns(5)
      expect(peer.unread).to.equal('')
      await clock.passUntil(hear(peer, `{"dist_addr": ["127.0.0.1", ${auth.distAddress[1]}]}`), 1)
      expect(clock.now() - before).to.be.within(50, 60)
    })

    it('one that goes between two steps gives the next of its host its turn', async () => {
      await using auth = await opened()
      await using first = await joinerAt(auth, 'distribution')
      await using second = new WatchedJoinPeer()
      const joined = second.getAuthenticated(auth.address[1], 'password')
      await second.happened.noted('joining')
      first.rst()
      await joined
      expect(auth.connectedAddrs).to.deep.equal([second.peerAddress])
    })
  })

  describe('does not let in', () => {
    const refused = async (auth: WatchedAuthPeer, address: PeerAddress, words: string): Promise<void> => {
      await using peer = await joinerAt(auth, 'address')
      say(peer, `{"peer_address": ["${address[0]}", ${address[1]}]}`)
      await peer.ended
      expect(peer.unread).to.equal('')
      await auth.happened.noted(words)
    }

    it('whoever says it is somewhere else, unless it trusts claims', async () => {
      await using auth = await opened()
      await refused(auth, ['127.0.0.2', 9], 'it says it is at 127.0.0.2')
      await using trusting = await opened({ trustClaims: true })
      await using joined = await rawJoin(trusting, ['127.0.0.2', 9])
      expect(joined.main.socket.readable).to.equal(true)
      expect(trusting.connectedAddrs).to.deep.equal([['127.0.0.2', 9]])
    })

    it('whoever says it is a peer of the network, or the owner', async () => {
      await using auth = await opened()
      await refused(auth, auth.peerAddress, 'is in the network')
      await using joined = await rawJoin(auth, ['127.0.0.1', 9])
      await refused(auth, ['127.0.0.1', 9], '127.0.0.1:9 is in the network')
      expect(joined.main.socket.readable).to.equal(true)
    })

    it('more than maxPeers', async () => {
      await using auth = await opened({ maxPeers: 2 })
      await using joined = await rawJoin(auth, ['127.0.0.1', 9])
      await refused(auth, ['127.0.0.1', 10], 'the network has 2 peers')
      expect(joined.main.socket.readable).to.equal(true)
    })

    it('more than a list has room for', async () => {
      await using auth = await opened({ maxValueBytes: 256, maxJoinsPerHost: 100 })
      const joined = []
      for (let port = 1; port <= 14; port++) {
        const size = listText([...auth.peers, ['127.0.0.1', port]]).length
        if (size > 256) await refused(auth, ['127.0.0.1', port], `the list would have ${size} bytes`)
        else joined.push(await rawJoin(auth, ['127.0.0.1', port]))
      }
      expect(joined.length).to.be.within(10, 13)
      await Promise.all(joined.map((peer) => peer[Symbol.asyncDispose]()))
    })

    it('more joins at once than maxJoinsPerHost', async () => {
      await using auth = await opened({ maxJoinsPerHost: 2 })
      await using first = await joinerAt(auth, 'shadow')
      await using second = await joinerAt(auth, 'address')
      await using third = await rawFrom(auth.address)
      await third.ended
      expect(third.unread).to.equal('')
      await auth.happened.noted('too many joins at once')
      await using elsewhere = await rawFrom(auth.address, '127.0.0.5')
      await hear(elsewhere, '{"banned": false}')
      first.rst()
      second.rst()
      await auth.happened.until(({ notes }) => notes.filter((note) => note.includes('came to nothing')).length >= 3)
      await goesOn(auth)
    })

    it('whoever comes to the distribution port while nobody of its host is at that step', async () => {
      await using auth = await opened()
      await using stranger = await rawFrom(auth.distAddress)
      await stranger.ended
      await using waiting = await joinerAt(auth, 'distribution')
      await using other = await rawFrom(auth.distAddress, '127.0.0.6')
      await other.ended
      await using own = await rawFrom(auth.distAddress)
      await hear(waiting, '{"<3": true}')
      await hear(own, listText(auth.peers))
      await using late = await rawFrom(auth.distAddress)
      await late.ended
      expect([stranger.unread, other.unread, late.unread]).to.deep.equal(['', '', ''])
    })

    it('whom it has blocked, and it tells them', async () => {
      await using auth = await opened()
      auth.block('127.0.0.7')
      await using peer = await rawFrom(auth.address, '127.0.0.7')
      await hear(peer, '{"banned": true}')
      await peer.ended
      await goesOn(auth)
    })
  })

  it('lets nobody in by a join that had begun before its host was banned, though the password is right', async () => {
    await using auth = await opened({ passwordAttempts: 1 })
    await using early = await joinerAt(auth, 'shadow')
    await using wrong = await joinerAt(auth, 'shadow')
    say(wrong, '{"shadow": "nope"}')
    await hear(wrong, '{"authenticated": false}')
    say(early, '{"shadow": "password"}')
    await hear(early, '{"authenticated": false}')
    await early.ended
    expect([...auth.blockedPeers]).to.deep.equal(['127.0.0.1'])
    expect(auth.connectedAddrs).to.deep.equal([])
  })

  describe('once somebody has joined', () => {
    it('keeps it though its host is blocked from then on', async () => {
      await using auth = await opened()
      await using joined = await rawJoin(auth, ['127.0.0.1', 9])
      auth.block('127.0.0.1')
      await using peer = await rawFrom(auth.address)
      await hear(peer, '{"banned": true}')
      await peer.ended
      expect(auth.connectedAddrs).to.deep.equal([['127.0.0.1', 9]])
      expect(joined.main.socket.readable).to.equal(true)
    })

    it('removes it after 6 s without an answer to a beat, and not before', async () => {
      const clock = new ManualClock()
      await using auth = await opened({ clock })
      await using joined = await clock.passUntil(rawJoin(auth, ['127.0.0.1', 9]), 1)
      clock.advance(5_900)
      await turns(3)
      expect(auth.peers).to.have.lengthOf(2)
      clock.advance(200)
      await clock.passUntil(joined.main.ended, 10)
      await clock.passUntil(joined.distribution.ended, 10)
      expect(auth.peers).to.have.lengthOf(1)
      await auth.happened.noted('did not answer the heartbeat in time')
    })

    it('takes whatever value for an answer, and says the next beat 2 s later', async () => {
      const clock = new ManualClock()
      await using auth = await opened({ clock })
      await using joined = await clock.passUntil(rawJoin(auth, ['127.0.0.1', 9]), 1)
      for (const answer of ['{}', '[1]', '"still here"', '{"<3": false}{"<3": true}null']) {
        say(joined.main, answer)
        const before = clock.now()
        await clock.passUntil(hear(joined.main, '{"<3": true}'), 10)
        expect(clock.now() - before).to.be.within(1_990, 2_400)
      }
      expect(auth.peers).to.have.lengthOf(2)
      await joined[Symbol.asyncDispose]()
    })

    it('does not put the next beat off for what it did not ask for', async () => {
      const clock = new ManualClock()
      await using auth = await opened({ clock })
      await using joined = await clock.passUntil(rawJoin(auth, ['127.0.0.1', 9]), 1)
      say(joined.main, '{"<3": true}')
      await turns(20)
      clock.advance(1_500)
      say(joined.main, '{"<3": true}{"<3": true}')
      await turns(20)
      clock.advance(400)
      await clock.passUntil(hear(joined.main, '{"<3": true}'), 5)
      expect(clock.now()).to.be.below(3_400)
      await joined[Symbol.asyncDispose]()
    })

    for (const [what, end] of [
      ['its main connection is reset', (joined: Awaited<ReturnType<typeof rawJoin>>) => joined.main.rst()],
      ['its main connection ends', (joined: Awaited<ReturnType<typeof rawJoin>>) => joined.main.fin()],
      [
        'its distribution connection is reset',
        (joined: Awaited<ReturnType<typeof rawJoin>>) => joined.distribution.rst(),
      ],
      ['it sends what is no JSON', (joined: Awaited<ReturnType<typeof rawJoin>>) => say(joined.main, 'bye')],
    ] as const) {
      it(`removes it when ${what}, and tells the others`, async () => {
        await using auth = await opened()
        await using stays = await rawJoin(auth, ['127.0.0.1', 8])
        await using goes = await rawJoin(auth, ['127.0.0.1', 9])
        await hear(stays.distribution, listText(auth.peers))
        end(goes)
        await hear(stays.distribution, listText([auth.peerAddress, ['127.0.0.1', 8]]))
        await goes.main.ended
        await goes.distribution.ended
        await goesOn(auth)
      })
    }

    it('sends the first of several lists at once and the newest of the others after the pause', async () => {
      const clock = new ManualClock()
      await using auth = await opened({ clock, pauseMs: 50 })
      await using member = await clock.passUntil(rawJoin(auth, ['127.0.0.1', 1]), 1)
      clock.advance(50)
      const others = []
      for (const port of [2, 3]) others.push(await clock.passUntil(rawJoin(auth, ['127.0.0.1', port]), 1))
      await clock.passUntil(hear(member.distribution, listText(auth.peers.slice(0, 3))), 1)
      await clock.passUntil(hear(member.distribution, listText(auth.peers)), 1)
      clock.advance(50)
      const [first, second] = others
      first?.main.rst()
      second?.main.rst()
      await auth.happened.listOf(2)
      const after1 = listText([auth.peerAddress, ['127.0.0.1', 1], ['127.0.0.1', 3]])
      const after2 = listText([auth.peerAddress, ['127.0.0.1', 1], ['127.0.0.1', 2]])
      const got = (await member.distribution.read(after1.length)).toString()
      expect([after1, after2]).to.include(got)
      await turns(3)
      expect(member.distribution.unread).to.equal('')
      await clock.passUntil(hear(member.distribution, listText([auth.peerAddress, ['127.0.0.1', 1]])), 1)
      await Promise.all([member, ...others].map((peer) => peer[Symbol.asyncDispose]()))
      await clock.passUntil(auth.leave(), 10)
    })
  })

  it('serves others while a hook of it throws, and is told of it', async () => {
    class Faulty extends WatchedAuthPeer {
      protected override peersChanged(): void {
        throw new Error('on purpose')
      }
      protected override messageReceived(): Promise<void> {
        return Promise.reject(new Error('later'))
      }
    }
    await using auth = new Faulty()
    await auth.authenticatePeers()
    await using joiner = new WatchedJoinPeer()
    await joiner.getAuthenticated(auth.address[1], 'password')
    expect((await joiner.broadcast('hello'))?.received).to.deep.equal([auth.peerAddress])
    const { raised } = auth.happened
    await auth.happened.until(() => raised.length >= 2)
    expect(raised.map(({ name, code, detail }) => [name, code, detail['hook'], detail['says']])).to.deep.equal([
      ['ThreadException', 'HOOK_FAILED', 'peersChanged', 'on purpose'],
      ['ThreadException', 'HOOK_FAILED', 'messageReceived', 'later'],
    ])
    expect(auth.messenger.getMessages()).to.have.lengthOf(1)
  })

  for (const [how, errorRaised] of [
    ['not overridden', undefined],
    [
      'throwing itself',
      () => {
        throw new Error('even here')
      },
    ],
    ['rejecting itself', () => Promise.reject(new Error('even here'))],
  ] as const) {
    it(`warns the process when errorRaised is ${how}, and nothing worse happens`, async () => {
      class Careless extends AuthPeer {
        protected override messageReceived(): void {
          throw new Error('on purpose')
        }
      }
      await using auth = new Careless({ alias: 'a', password: 'password', port: 0 })
      if (errorRaised !== undefined) Object.assign(auth, { errorRaised })
      await auth.authenticatePeers()
      const warned = new Promise<Error>((resolve) => {
        process.once('warning', resolve)
      })
      await using joiner = new WatchedJoinPeer()
      await joiner.getAuthenticated(auth.address[1], 'password')
      expect((await joiner.broadcast('hello'))?.received).to.have.lengthOf(1)
      expect((await warned).message).to.include(errorRaised === undefined ? 'on purpose' : 'even here')
      expect((await joiner.broadcast('again'))?.received).to.have.lengthOf(1)
    })
  }

  it('leaves once, closes everything, and its ports are free again', async () => {
    const auth = await opened()
    const { address, distAddress } = auth
    await using joined = await rawJoin(auth, ['127.0.0.1', 9])
    await Promise.all([auth.leave(), auth.leave(), joined.main.ended, joined.distribution.ended])
    expect(auth.disconnected).to.equal(true)
    expect(auth.peers).to.deep.equal([])
    expect(auth.happened.ends).to.deep.equal([undefined])
    expect(caught(() => auth.address)).to.include({ name: 'StatusException', code: 'NOT_OPEN' })
    for (const again of [() => auth.connect(), () => auth.authenticatePeers(), () => auth.broadcast('x')]) {
      expect(await rejection(again())).to.include({ name: 'StatusException', code: 'NOT_OPEN' })
    }
    await using next = new WatchedAuthPeer({ port: address[1], distPort: distAddress[1] })
    await next.authenticatePeers()
    expect(next.address).to.deep.equal(address)
  })

  it('that cannot listen says so, leaves no listener behind, and may try again', async () => {
    await using taken = await RawListener.open()
    await using auth = new WatchedAuthPeer({ port: taken.port })
    expect((await rejection(auth.authenticatePeers())).code).to.equal('ADDRESS_IN_USE')
    expect(caught(() => auth.distAddress).code).to.equal('NOT_OPEN')
    await taken[Symbol.asyncDispose]()
    await auth.authenticatePeers()
    await goesOn(auth)
  })

  const INVALID: readonly (readonly [option: string, options: object])[] = [
    ['alias', { alias: 'x'.repeat(300) }],
    ['alias', { alias: undefined }],
    ['password', { password: undefined }],
    ['password', { password: 'ż'.repeat(1_000) }],
    ['host', { host: 'localhost' }],
    ['host', { host: '::1' }],
    ['host', { host: '127.0.0.256' }],
    ['advertisedHost', { host: '0.0.0.0' }],
    ['advertisedHost', { host: '0.0.0.0', advertisedHost: 'example.org' }],
    ['framing', { framing: 'line' }],
    ['framing', { framing: 'json', seal: { key: Buffer.alloc(32) } }],
    ['port', { port: 65_536 }],
    ['passwordAttempts', { passwordAttempts: 0 }],
    ['maxPeers', { maxPeers: 1 }],
    ['maxValueBytes', { maxValueBytes: 100_000 }],
    ['heartbeatMs', { heartbeatMs: 0 }],
  ]
  for (const [option, options] of INVALID) {
    it(`does not take ${JSON.stringify(options).slice(0, 60)} for its ${option}`, () => {
      const error = caught(() => new AuthPeer({ alias: 'a', password: 'p', ...options }))
      expect(error.code).to.equal('OPTION_INVALID')
      expect(error.detail['option']).to.equal(option)
    })
  }

  it('listens everywhere and says where it is found', async () => {
    await using auth = await opened({ host: '0.0.0.0', advertisedHost: '127.0.0.1' })
    expect(auth.peerAddress[0]).to.equal('127.0.0.1')
    await goesOn(auth)
  })
})
