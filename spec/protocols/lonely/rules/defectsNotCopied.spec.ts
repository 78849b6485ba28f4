import { expect } from 'chai'
import type { Claim } from '@/protocols/lonely/auth/claim.js'
import {
  loadZstd,
  parseToBroadcaster,
  serialize,
  sha512,
  type ToBroadcaster,
  type ToSubscriber,
} from '@/protocols/lonely/index.js'
import { codeOf } from '../../../support/codeOf.js'
import { hex } from '../../../support/hex.js'
import { lcg32 } from '../../../support/lcg32.js'
import { LonelyStage, WatchedSubscriber } from '../../../support/lonelyPair.js'
import {
  CONFIGURE,
  CONFIRM_CONFIGURE,
  firstPart,
  NO_BYTES,
  notifyOf,
  receiveFirst,
  receiveLater,
  subscribeTo,
  subscribeToGlob,
  TOPIC,
} from '../../../support/lonelySamples.js'
import { lateScheme } from '../../../support/lonelySchemes.js'
import { BroadcasterBench, SubscriberEnd } from '../../../support/lonelySessions.js'
import { WebSocketHost, WebSocketPeer } from '../../../support/lonelyWebSockets.js'
import { RawPeer } from '../../../support/rawPeer.js'
import { turns } from '../../../support/turns.js'

const framed = (message: ToBroadcaster): Buffer => {
  const bytes = serialize(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
const numbered = (count: number): ToBroadcaster[] => Array.from({ length: count }, (_, i) => notifyOf(String(i)))

describe('what original broadcasters do and ours does not', () => {
  for (const way of ['length prefix', 'WebSocket'] as const) {
    it(`forget what was read from a subscriber that closes: of 20 notifications before the end all arrive (${way})`, async () => {
      await using stage = await LonelyStage.open(way)
      const seen: string[] = []
      await stage.subscriber().subscribe('t', async (message) => void seen.push(await message.text()))
      const messages = [CONFIGURE, ...numbered(20)]
      if (way === 'WebSocket') {
        await using peer = await WebSocketPeer.connect(
          `ws://${stage.broadcaster.webSocketAddress?.toString()}/v1/websocket`,
        )
        for (const message of messages) peer.send(serialize(message))
        peer.close()
        await peer.closed
      } else {
        await using peer = await RawPeer.connect(stage.broadcaster.address.port)
        peer.send(Buffer.concat(messages.map(framed)))
        peer.fin()
        await peer.ended
      }
      while (seen.length < 20) await turns()
      expect(seen).to.deep.equal(Array.from({ length: 20 }, (_, i) => String(i)))
    })
  }

  it('disconnect a notifier with more than 255 requests under way: ours answers 1,000', async () => {
    await using stage = await LonelyStage.open('length prefix')
    await using peer = await RawPeer.connect(stage.broadcaster.address.port)
    peer.send(Buffer.concat([CONFIGURE, ...numbered(1_000)].map(framed)))
    const confirmation = Buffer.concat([hex('0000000e 0001 0006 0002 6964 0000 0000 0000')])
    const configured = 4 + 4 + 2 + 32 + 2 + 2
    const bytes = await peer.read(configured + 1_000 * confirmation.length)
    expect(bytes.subarray(-confirmation.length)).to.deep.equal(confirmation)
    expect(stage.broadcaster.ends).to.deep.equal([])
  })

  it('kill a glob for everybody when two matchers disagree about a topic', async () => {
    const bench = await BroadcasterBench.open()
    const [one, other] = [await bench.configured(), await bench.configured()]
    await one.hear(subscribeToGlob('*'), subscribeToGlob('[!a]*'), subscribeToGlob('foo/*'))
    for (const topic of [hex('ff'), Buffer.from('abc'), Buffer.from('[!a]x'), Buffer.from('foo/bar/baz')])
      await other.hear(notifyOf('before', topic))
    await other.hear(notifyOf('after', 'xyz'), notifyOf('after', 'foo/x'))
    expect(other.of('CONFIRM_NOTIFY').map(({ subscribers }) => Number(subscribers))).to.deep.equal([0, 1, 1, 1, 1, 1])
    expect(bench.switchboard.patterns).to.equal(3)
  })

  it('send a body once for each subscription that matches on any connection, and count so', async () => {
    const bench = await BroadcasterBench.open()
    const [one, other] = [await bench.configured(), await bench.configured()]
    await one.hear(subscribeTo('foo/bar'), subscribeToGlob('foo/*'))
    await other.hear(subscribeToGlob('foo/b*'), notifyOf('x', 'foo/bar'))
    expect([one.of('RECEIVE_STREAM').length, other.of('RECEIVE_STREAM').length]).to.deep.equal([1, 1])
    expect(other.of('CONFIRM_NOTIFY')[0]?.subscribers).to.equal(2n)
  })

  it('close after CONFIRM_CONFIGURE when a preset is asked for that they do not have', async () => {
    const bench = await BroadcasterBench.open({}, await loadZstd())
    const end = await bench.configured({ enableZstd: true, initialDict: 77 })
    expect([end.failure, end.types[0]]).to.deep.equal([undefined, 'CONFIRM_CONFIGURE'])
  })
})

describe('what original subscribers do and ours does not', () => {
  const enable: ToSubscriber = {
    type: 'ENABLE_ZSTD_PRESET',
    tracing: NO_BYTES,
    identifier: 1n,
    compressionLevel: 3,
    minSize: 0,
    maxSize: 10n,
  }
  const BROKEN: readonly (readonly [what: string, messages: readonly ToSubscriber[]])[] = [
    ['MISSED between two parts', [receiveFirst('a', 'abc'), { type: 'MISSED', tracing: NO_BYTES, topic: TOPIC }]],
    ['ENABLE between two parts', [receiveFirst('a', 'abc'), enable]],
    ['a body that begins inside another', [receiveFirst('a', 'abc'), receiveFirst('a', 'abc')]],
    ['a later part of another body', [receiveFirst('a', 'abc'), receiveLater(1n, 'b', Buffer.from('other'))]],
  ]
  for (const [what, messages] of BROKEN) {
    it(`give up for good on ${what}: ours goes on, or connects anew`, async () => {
      await using host = await WebSocketHost.open()
      await using subscriber = new WatchedSubscriber({ broadcasters: [host.url], retryBaseMs: 1 })
      const connected = subscriber.connect()
      const first = await host.next()
      first.send(serialize(CONFIRM_CONFIGURE))
      await connected
      for (const message of messages) first.send(serialize(message))
      if (what.startsWith('MISSED') || what.startsWith('ENABLE')) {
        // It is not what a broadcaster should do, and the body is taken all the same.
        first.send(serialize(receiveLater(1n, 'bc')))
        await first.has(3)
        expect(first.received.slice(1).map((bytes) => parseToBroadcaster(bytes).type)).to.deep.equal([
          'CONTINUE_RECEIVE',
          'CONFIRM_RECEIVE',
        ])
      } else {
        const second = await host.next()
        second.send(serialize(CONFIRM_CONFIGURE))
        await subscriber.happened('established', 2)
        expect(await first.closed).to.be.a('number')
      }
    })
  }

  it('send again the last unconfirmed notification first: ours keeps their order', async () => {
    await using host = await WebSocketHost.open()
    await using subscriber = new WatchedSubscriber({ broadcasters: [host.url], retryBaseMs: 1 })
    const reached = ['1', '2', '3', '4'].map((body) => subscriber.notify('t', body))
    const bodiesAt = async (peer: WebSocketPeer, count: number): Promise<string[]> => {
      peer.send(serialize(CONFIRM_CONFIGURE))
      await peer.has(count + 1)
      return peer.received.slice(1).map((bytes) => {
        const message = parseToBroadcaster(bytes)
        return message.type === 'NOTIFY' ? String(message.payload) : message.type
      })
    }
    const first = await host.next()
    expect(await bodiesAt(first, 4)).to.deep.equal(['1', '2', '3', '4'])
    first.close()
    const second = await host.next()
    expect(await bodiesAt(second, 4)).to.deep.equal(['1', '2', '3', '4'])
    for (const bytes of second.received.slice(1)) {
      const message = parseToBroadcaster(bytes)
      if (message.type !== 'NOTIFY') throw new Error(message.type)
      second.send(
        serialize({ type: 'CONFIRM_NOTIFY', tracing: NO_BYTES, identifier: message.identifier, subscribers: 1n }),
      )
    }
    expect(await Promise.all(reached)).to.deep.equal([1, 1, 1, 1])
  })

  it('acknowledge before they have checked: ours acknowledges nothing that it does not hand on', async () => {
    const unauthorized = await SubscriberEnd.configured({ auth: { toSubscriber: lateScheme([], 'receive') } })
    await unauthorized.hear(receiveFirst('x', 'x'))
    expect([codeOf(unauthorized.failure), unauthorized.types]).to.deep.equal(['AUTHORIZATION_REFUSED', ['CONFIGURE']])
    const zstd = await loadZstd()
    if (zstd === undefined) return
    const lied = await SubscriberEnd.configured({}, { zstd })
    const frame = Buffer.from(zstd.compress(Buffer.alloc(50), 3))
    const start = {
      topic: TOPIC,
      compressedLength: BigInt(frame.length),
      sha512: sha512(frame),
      compression: { compressorId: 1n, decompressedLength: 51n },
    }
    await lied.hear(enable, { type: 'RECEIVE_STREAM', ...firstPart('', ''), start, payload: frame })
    expect([codeOf(lied.failure), lied.types]).to.deep.equal(['ZSTD_REFUSED', ['CONFIGURE']])
  })

  it('sign later parts of a compressed body with the digest of the plain one', async () => {
    const zstd = await loadZstd()
    if (zstd === undefined) return
    const claims: Claim[] = []
    const auth = { toBroadcaster: lateScheme(claims) }
    const end = await SubscriberEnd.configured({ auth, maxSendBytes: 1_024 }, { zstd })
    await end.hear({ ...enable, minSize: 1_000, maxSize: 1_000_000n })
    void end.notify('t', Buffer.from(lcg32(1, 9_000)))
    while (end.of('NOTIFY_STREAM').length < 3) await turns()
    const [first] = end.of('NOTIFY_STREAM')
    expect(first?.start?.compression?.compressorId).to.equal(1n)
    const digests = claims.flatMap((claim) => (claim.kind === 'notify' ? [Buffer.from(claim.digest)] : []))
    expect(digests.length).to.be.at.least(3)
    for (const digest of digests) expect(digest.equals(first?.start?.sha512 ?? NO_BYTES)).to.equal(true)
  })
})
