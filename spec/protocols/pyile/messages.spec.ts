import { expect } from 'chai'
import { type AuthPeerOptions, Messenger, type PeerAddress } from '@/protocols/pyile/index.js'
import { blackHole } from '../../support/blackHole.js'
import { ManualClock } from '../../support/manualClock.js'
import { WatchedAuthPeer, WatchedJoinPeer } from '../../support/pyilePeers.js'
import { RawListener, RawPeer } from '../../support/rawPeer.js'
import { rejection } from '../../support/rejection.js'
import { hear, rawFrom, rawJoin, say } from '../../support/scriptedPyile.js'
import { warningsOf } from '../../support/warnings.js'

const opened = async (options: Partial<AuthPeerOptions> = {}): Promise<WatchedAuthPeer> => {
  const auth = new WatchedAuthPeer({ pauseMs: 1, ...options })
  await auth.authenticatePeers()
  return auth
}

const messageText = (data: string): string =>
  `{"data": ${JSON.stringify(data)}, "alias": "r", "to": "Broadcast", "from": ["127.0.0.1", 1]}`
const receiptText = (data: string): string => `{"data": ${messageText(data)}, "alias": "admin"}`

/** An address at which nobody listens. */
const nobody = async (): Promise<PeerAddress> => {
  const listener = await RawListener.open()
  await listener[Symbol.asyncDispose]()
  return ['127.0.0.1', listener.port]
}

describe('the messages of a Pyile peer', () => {
  describe('that arrive', () => {
    const JUNK = [
      'hello',
      '[]',
      '{}',
      '17 ',
      '"x"',
      '{"to": "Broadcast"}',
      '{"data": 1, "from": ["127.0.0.1", 1]}',
      '{"data": 1, "to": 1, "from": "127.0.0.1:1"}',
      '{"data": NaN, "to": "Broadcast", "from": ["127.0.0.1", 1]}',
      '{"data": "cut off',
      `{"data": "${'x'.repeat(70_000)}"}`,
      '['.repeat(1_025),
      `{"data": ${'['.repeat(1_025)}`,
      '}',
    ]
    it('are dropped when they are none, which ends that connection only', async () => {
      await using peer = await opened()
      for (const junk of JUNK) {
        await using raw = await rawFrom(peer.peerAddress)
        say(raw, junk).fin()
        await raw.ended
        expect(raw.unread, junk.slice(0, 40)).to.equal('')
      }
      await peer.happened.until(
        ({ notes }) => notes.filter((note) => note.includes('was dropped')).length === JUNK.length,
      )
      await using raw = await rawFrom(peer.peerAddress)
      await hear(say(raw, messageText('fine')), receiptText('fine'))
      expect(peer.happened.messages.map(({ data }) => data)).to.deep.equal(['fine'])
    })

    it('are taken from the hosts of the list only', async () => {
      await using peer = await opened({ trustClaims: true })
      await using stranger = await rawFrom(peer.peerAddress, '127.0.0.9')
      await stranger.ended
      await peer.happened.noted('a message from 127.0.0.9 was dropped')
      await using joined = await rawJoin(peer, ['127.0.0.9', 5])
      await using known = await rawFrom(peer.peerAddress, '127.0.0.9')
      await hear(say(known, messageText('now')), receiptText('now'))
      expect(joined.main.socket.readable).to.equal(true)
    })

    it('may be as deep as fits into what originals read, and in messages of their own no deeper', async () => {
      await using peer = await opened()
      await using raw = await rawFrom(peer.peerAddress)
      const deep = messageText('').replace('""', '['.repeat(900) + ']'.repeat(900))
      await hear(say(raw, deep), `{"data": ${deep}, "alias": "admin"}`)
      await using framed = await opened({ framing: 'handshake' })
      await using other = await rawFrom(framed.peerAddress)
      await (await other.open()).send('00001f40').expect('ff')
      say(other, '['.repeat(4_000) + ']'.repeat(4_000))
      await framed.happened.noted('more than 1024 brackets are open')
    })

    it('are each stored and answered once, several on one connection, also after the end of the other side', async () => {
      await using peer = await opened()
      await using raw = await rawFrom(peer.peerAddress)
      const texts = ['a', 'b', 'ć']
      say(raw, texts.map(messageText).join('')).fin()
      for (const text of texts) await hear(raw, receiptText(text).replaceAll('ć', '\\u0107'))
      expect(await raw.ended).to.equal('fin')
      expect(peer.happened.messages.map(({ data }) => data)).to.deep.equal(texts)
    })

    it('are stored when their sender closes or resets at once, as originals do', async () => {
      await using peer = await opened()
      for (let count = 1; count <= 5; count++) {
        await using raw = await rawFrom(peer.peerAddress)
        await new Promise<void>((resolve) => raw.socket.write(messageText(String(count)), () => resolve()))
        raw.socket.destroy()
        await peer.happened.message(count)
      }
    })

    it('are asked of nobody who is gone before it can be asked, and nothing is noted of it', async () => {
      await using peer = await opened()
      const reset = async ([, port]: PeerAddress): Promise<RawPeer> => (await RawPeer.connect(port)).rst()
      const places = Array.from({ length: 10 }, () => [peer.address, peer.peerAddress]).flat()
      await Promise.all(places.map(reset))
      await using raw = await rawFrom(peer.peerAddress)
      await hear(say(raw, messageText('hi')), receiptText('hi'))
      expect(peer.happened.notes.filter((note) => note.includes('from  '))).to.deep.equal([])
    })

    it('find nothing closed to them by a connection that says nothing, which is closed after 4 s', async () => {
      const clock = new ManualClock()
      await using peer = await opened({ clock })
      await using silent = await clock.passUntil(rawFrom(peer.peerAddress), 1)
      await using other = await rawFrom(peer.peerAddress)
      await hear(say(other, messageText('hi')), receiptText('hi'))
      const before = clock.now()
      await clock.passUntil(silent.ended, 50)
      expect(clock.now() - before).to.be.within(3_900, 6_000)
    })

    it('have no more connections than there may be', async () => {
      await using peer = await opened({ maxMessageConnections: 2 })
      await using first = await rawFrom(peer.peerAddress)
      await hear(say(first, messageText('1')), receiptText('1'))
      await using second = await rawFrom(peer.peerAddress)
      await hear(say(second, messageText('2')), receiptText('2'))
      await using third = await rawFrom(peer.peerAddress)
      await third.ended
      await first[Symbol.asyncDispose]()
      await second[Symbol.asyncDispose]()
      await using joiner = new WatchedJoinPeer()
      await joiner.getAuthenticated(peer.address[1], 'password')
      expect((await joiner.broadcast('3'))?.received).to.have.lengthOf(1)
    })

    it('come in though strangers of another host have taken all the connections that they may', async () => {
      const few = { maxMessageConnections: 3, maxMessageConnectionsPerHost: 2 }
      await using peer = await opened({ framing: 'handshake', ...few })
      const strangers = await Promise.all(Array.from({ length: 4 }, () => rawFrom(peer.peerAddress, '127.0.0.9')))
      try {
        await Promise.race(strangers.map(({ ended }) => ended))
        await using joiner = new WatchedJoinPeer({ framing: 'handshake' })
        await joiner.getAuthenticated(peer.address[1], 'password')
        expect((await joiner.broadcast('here'))?.received).to.have.lengthOf(1)
      } finally {
        await Promise.all(strangers.map((stranger) => stranger[Symbol.asyncDispose]()))
      }
    })

    it('are answered and handed on though the message store throws', async () => {
      class Full extends Messenger {
        override addMessage(): void {
          throw new Error('no room')
        }
      }
      await using peer = await opened({ messenger: new Full() })
      await using raw = await rawFrom(peer.peerAddress)
      await hear(say(raw, messageText('hi')), receiptText('hi'))
      expect(peer.happened.messages).to.have.lengthOf(1)
      expect(peer.happened.raised.map(({ name, detail }) => [name, detail['says']])).to.deep.equal([
        ['ThreadException', 'no room'],
      ])
    })

    it('push out the oldest when the store is full', async () => {
      await using peer = await opened({ messenger: new Messenger({ maxMessages: 2 }) })
      await using raw = await rawFrom(peer.peerAddress)
      for (const data of ['1', '2', '3']) await hear(say(raw, messageText(data)), receiptText(data))
      expect(peer.messenger.getMessages().map(({ message }) => message.data)).to.deep.equal(['2', '3'])
    })

    it('of others cannot be filed as own ones', async () => {
      await using peer = await opened()
      await using raw = await rawFrom(peer.peerAddress)
      const text = '{"data": 1, "to": ["10.0.0.1", 1], "from": ["127.0.0.1", 1], "self": true}'
      await hear(say(raw, text), `{"data": ${text}, "alias": "admin"}`)
      expect([...peer.messenger.messages.keys()]).to.deep.equal(['127.0.0.1:1'])
      expect(peer.messenger.getMessages()[0]?.message).to.not.have.property('self')
    })
  })

  describe('that are sent', () => {
    it('to nobody are PEER_UNREACHABLE, noted and not stored', async () => {
      await using peer = await opened()
      const [host, port] = await nobody()
      const error = await rejection(peer.send([host, port], 'x'))
      expect(error).to.include({ name: 'SendException', code: 'PEER_UNREACHABLE', fault: 'remote' })
      expect(error.detail).to.deep.equal({ peer: `${host}:${port}`, why: 'CONNECT_REFUSED' })
      expect(peer.messenger.getInfo().at(-1)?.message).to.equal(`${host}:${port} is not responding`)
      expect(peer.messenger.getMessages()).to.deep.equal([])
    })

    it('to a peer that does not answer have no receipt after 2 s, and are stored', async () => {
      const clock = new ManualClock()
      await using peer = await opened({ clock })
      await using listener = await RawListener.open()
      const before = clock.now()
      const delivery = await clock.passUntil(peer.send(['127.0.0.1', listener.port], 'x'), 10)
      expect(delivery?.receipt).to.equal(undefined)
      expect(clock.now() - before).to.be.within(2_000, 2_500)
      expect(peer.messenger.getMessages()).to.have.lengthOf(1)
      await listener[Symbol.asyncDispose]()
      await clock.passUntil(peer.leave(), 10)
    })

    it('into a black hole are given up after connectTimeoutMs', async () => {
      const hole = await blackHole()
      if (hole === undefined) return
      await using _ = hole
      const clock = new ManualClock()
      await using peer = await opened({ clock })
      const error = await clock.passUntil(rejection(peer.send(['127.0.0.1', hole.port], 'x')), 10)
      expect(error.detail['why']).to.equal('CONNECT_TIMEOUT')
    })

    it('to everybody come to those that can be reached, wherever the others stand in the list', async () => {
      await using peer = await opened()
      const dead = await nobody()
      await using first = await rawJoin(peer, dead)
      await using alive = new WatchedJoinPeer()
      await alive.getAuthenticated(peer.address[1], 'password')
      const [host, port] = await nobody()
      await using last = await rawJoin(peer, [host, port])
      const report = await peer.broadcast('anybody?')
      expect(report).to.deep.include({
        received: [alive.peerAddress],
        silent: [],
        unreachable: [dead, [host, port]],
      })
      expect((await alive.happened.message(1)).data).to.equal('anybody?')
      expect(peer.messenger.getMessages('Broadcast')).to.have.lengthOf(1)
      expect(peer.happened.notes.filter((note) => note.includes('is not responding'))).to.have.lengthOf(2)
      expect([first, last].every(({ main }) => main.socket.readable)).to.equal(true)
    })

    it('to many peers by one signal are no leak of listeners', async () => {
      await using peer = await opened()
      const { signal } = new AbortController()
      const to = await nobody()
      const send = (): Promise<unknown> => rejection(peer.send(to, 'x', to, { signal }))
      expect(await warningsOf(() => Promise.all(Array.from({ length: 20 }, send)))).to.deep.equal([])
    })

    it('to everybody when there is nobody are stored all the same', async () => {
      await using peer = await opened()
      expect(await peer.broadcast('alone')).to.deep.include({ received: [], silent: [], unreachable: [] })
      expect(peer.messenger.getMessages('Broadcast').map(({ message }) => message.data)).to.deep.equal(['alone'])
    })

    it('are not sent when there is nothing in them, or to oneself', async () => {
      await using peer = await opened()
      for (const empty of ['', ' ', '\n']) expect(await peer.broadcast(empty)).to.equal(undefined)
      expect(await peer.broadcast('  ')).to.not.equal(undefined)
      expect(await peer.send(peer.peerAddress, 'me')).to.equal(undefined)
      expect(peer.messenger.getMessages()).to.have.lengthOf(1)
      expect(peer.messenger.getWarnings()).to.have.lengthOf(1)
    })

    it('are refused before anything leaves when they are larger than originals can read', async () => {
      await using peer = await opened()
      const room = 2_048 - messageText('').length - 'admin'.length + 'r'.length - String(peer.peerAddress[1]).length + 1
      expect((await peer.broadcast('x'.repeat(room)))?.message.data).to.have.lengthOf(room)
      for (const send of [
        () => peer.broadcast('x'.repeat(room + 1)),
        () => peer.send(['127.0.0.1', 9], 'ż'.repeat(room / 6 + 1)),
      ]) {
        const error = await rejection(send())
        expect(error).to.include({ name: 'SendException', code: 'VALUE_UNSENDABLE', fault: 'local' })
        expect(error.detail['limit']).to.equal(2_048)
      }
      expect((await rejection(peer.broadcast(undefined))).code).to.equal('VALUE_UNSENDABLE')
      expect(peer.messenger.getMessages()).to.have.lengthOf(1)
    })

    it('may be larger between peers of ours', async () => {
      await using peer = await opened({ maxValueBytes: 65_536 })
      await using joiner = new WatchedJoinPeer()
      await joiner.getAuthenticated(peer.address[1], 'password')
      const data = 'żółw'.repeat(3_000)
      expect((await peer.send(joiner.peerAddress, data))?.receipt).to.equal('one')
      expect((await joiner.happened.message(1)).data).to.equal(data)
    })

    it('to one peer arrive in the order in which they were given, however many at once', async () => {
      await using peer = await opened()
      await using joiner = new WatchedJoinPeer()
      await joiner.getAuthenticated(peer.address[1], 'password')
      const numbers = Array.from({ length: 60 }, (_, number) => number)
      await Promise.all(numbers.map((number) => peer.send(joiner.peerAddress, number)))
      expect(joiner.happened.messages.map(({ data }) => data)).to.deep.equal(numbers)
    })

    it('wait in a bounded number', async () => {
      await using peer = await opened({ maxWaitingMessages: 2 })
      await using listener = await RawListener.open()
      const to = ['127.0.0.1', listener.port] as const
      const sent = ['1', '2'].map((data) => peer.send(to, data))
      const error = await rejection(peer.send(to, '3'))
      expect(error).to.include({ name: 'SendException', code: 'OUTBOX_FULL' })
      for (let count = 0; count < 2; count++) (await listener.next()).fin()
      await Promise.all(sent)
      expect(peer.messenger.getMessages()).to.have.lengthOf(2)
    })

    it('are under way in a bounded number, and all get there', async () => {
      await using peer = await opened({ maxSendingMessages: 2 })
      await using listener = await RawListener.open()
      await using other = await RawListener.open()
      await using third = await RawListener.open()
      const sent = [listener, other, third].map(({ port }) => peer.send(['127.0.0.1', port], 'x'))
      const first = await listener.next()
      await other.next()
      const late = third.next().then(() => 'third')
      expect(await Promise.race([late, first.read(1).then(() => 'first')])).to.equal('first')
      first.fin()
      await late
      for (const peers of [other, third]) await peers[Symbol.asyncDispose]()
      await Promise.all(sent)
    })

    it('are given up by their signal, and all when the peer leaves', async () => {
      await using peer = await opened()
      await using listener = await RawListener.open()
      const to = ['127.0.0.1', listener.port] as const
      const abort = new AbortController()
      const given = rejection(peer.send(to, 'x', to, { signal: abort.signal }))
      await (await listener.next()).read(1)
      abort.abort()
      expect(await given).to.include({ name: 'SendException', code: 'ABORTED' })
      expect((await rejection(peer.broadcast('x', { signal: AbortSignal.abort() }))).code).to.equal('ABORTED')
      expect(peer.messenger.getMessages()).to.deep.equal([])
      expect(peer.happened.notes.join()).to.not.include('not responding')
      const left = [peer.send(to, 'y'), peer.send(to, 'z')].map((sent) => sent.catch((error: unknown) => error))
      await (await listener.next()).read(1)
      await peer.leave()
      const [y, z] = await Promise.all(left)
      expect(y).to.not.equal(z)
      expect(z).to.include({ name: 'SendException', code: 'NOT_OPEN' })
    })

    it('and their receipts tell what listed peers call themselves, as long as they are listed', async () => {
      await using peer = await opened()
      await using one = new WatchedJoinPeer()
      await one.getAuthenticated(peer.address[1], 'password')
      await using raw = await rawFrom(peer.peerAddress)
      await hear(say(raw, messageText('from nobody listed')), receiptText('from nobody listed'))
      expect([...peer.aliases]).to.deep.equal([])
      await one.broadcast('hello')
      const name = (of: WatchedAuthPeer | WatchedJoinPeer): string => of.peerAddress.join(':')
      expect([...peer.aliases]).to.deep.equal([[name(one), 'one']])
      expect([...one.aliases]).to.deep.equal([[name(peer), 'admin']])
      await one.leave()
      await peer.happened.listOf(1)
      expect(peer.aliases.size).to.equal(0)
    })

    it('do not wait for those before them to be given up', async () => {
      await using peer = await opened()
      await using listener = await RawListener.open()
      const to = ['127.0.0.1', listener.port] as const
      const first = peer.send(to, 'first')
      const raw = await listener.next()
      const abort = new AbortController()
      const second = rejection(peer.send(to, 'second', to, { signal: abort.signal }))
      const third = peer.send(to, 'third')
      abort.abort()
      expect((await second).code).to.equal('ABORTED')
      raw.fin()
      await first
      const next = await listener.next()
      await hear(next, `{"data": "third", "alias": "admin", "to": ["127.0.0.1", ${listener.port}]`)
      next.fin()
      await third
    })

    it('say that they are for whomever the sender wants', async () => {
      await using peer = await opened()
      await using listener = await RawListener.open()
      const sent = peer.send(['127.0.0.1', listener.port], 'x', 'Bob')
      const raw = await listener.next()
      await hear(raw, `{"data": "x", "alias": "admin", "to": "Bob", "from": ["127.0.0.1", ${peer.peerAddress[1]}]}`)
      raw.fin()
      await sent
    })
  })
})
