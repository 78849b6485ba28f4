import { expect } from 'chai'
import type { Claim } from '@/protocols/lonely/auth/claim.js'
import { NO_MAX_SIZE } from '@/protocols/lonely/broadcaster/broadcasterOptions.js'
import { InProcessRelay, loadZstd, type Relay, type ToBroadcaster } from '@/protocols/lonely/index.js'
import { codeOf } from '../../../support/codeOf.js'
import { hex } from '../../../support/hex.js'
import {
  IDENTIFIER,
  notifyFirst,
  notifyLater,
  notifyOf,
  offeredDictionary,
  subscribeTo,
  subscribeToGlob,
  unsubscribeFrom,
} from '../../../support/lonelySamples.js'
import { countersOf, lateScheme, urlsOf } from '../../../support/lonelySchemes.js'
import { BroadcasterBench, type BroadcasterEnd } from '../../../support/lonelySessions.js'
import { turns } from '../../../support/turns.js'

const bodiesOf = (end: BroadcasterEnd): string[] => end.of('RECEIVE_STREAM').map(({ payload }) => String(payload))
const closed = (end: BroadcasterEnd): unknown => codeOf(end.failure)
const later = async (end: BroadcasterEnd, count: number): Promise<void> => {
  while (end.all.length < count) await turns()
}

/** Two ends that have been configured, on one broadcaster. */
const two = async (...options: Parameters<typeof BroadcasterBench.open>) => {
  const bench = await BroadcasterBench.open(...options)
  return { bench, one: await bench.configured(), other: await bench.configured() }
}

/** A relay that needs longer for the first notification than for later ones. */
const slowAtFirst = (): Relay => {
  const relay = new InProcessRelay()
  let calls = 0
  return {
    guarantees: relay.guarantees,
    join: (member) => {
      const seat = relay.join(member)
      return { ...seat, publish: (topic, body) => turns(calls++ === 0 ? 9 : 0).then(() => seat.publish(topic, body)) }
    },
  }
}

/** What an original peer depends on, by the sections of the behaviour that was observed. */
const RULES: readonly (readonly [section: string, rule: string, check: () => Promise<void>])[] = [
  [
    '1, urls',
    'what is signed begins with websocket: whatever the transport',
    async () => {
      const claims: Claim[] = []
      const scheme = lateScheme(claims)
      const { one } = await two({ auth: { toBroadcaster: scheme, toSubscriber: scheme } })
      await one.hear(subscribeTo('t'), notifyOf('x'))
      await later(one, 4)
      expect(urlsOf(claims)).to.have.lengthOf(3)
      for (const url of urlsOf(claims)) expect(url).to.match(/^websocket:[A-Za-z0-9+/]{43}=:-?[0-9a-f]+$/)
    },
  ],
  [
    '1, sizes',
    'no message has more than 4,194,304 bytes',
    async () => {
      const { one } = await two()
      await one.hear(subscribeTo('t'), notifyOf(Buffer.alloc(4_194_304)))
      await one.acknowledge()
      expect(one.of('RECEIVE_STREAM')).to.have.lengthOf(2)
      expect(Math.max(...one.sizes)).to.be.within(3_600_000, 4_194_304)
    },
  ],
  [
    '2.2',
    'says nothing before CONFIGURE, and takes nothing else in its place',
    async () => {
      const { bench } = await two()
      const end = bench.connect()
      await turns(5)
      expect(end.all).to.deep.equal([])
      await end.hear(subscribeTo('t'))
      expect([closed(end), end.all]).to.deep.equal(['LONELY_UNEXPECTED', []])
    },
  ],
  [
    '2.4',
    'CONFIRM_CONFIGURE is its first message, even to who says more at once; both counters start then, at -1 and 1',
    async () => {
      const claims: Claim[] = []
      const scheme = lateScheme(claims)
      const { one } = await two({ auth: { toBroadcaster: scheme, toSubscriber: scheme } })
      await one.hear(subscribeTo('t'), notifyOf('x'), unsubscribeFrom('t'))
      await later(one, 5)
      expect(one.types[0]).to.equal('CONFIRM_CONFIGURE')
      expect(countersOf(claims)).to.deep.equal(['-1', '-1', '1', '-2', '-2'])
    },
  ],
  [
    '2, end',
    'subscriptions live exactly as long as the connection',
    async () => {
      const { bench, one, other } = await two()
      await one.hear(subscribeTo('t'))
      one.session.end()
      const again = await bench.configured()
      await other.hear(notifyOf('x'))
      expect(other.of('CONFIRM_NOTIFY')[0]?.subscribers).to.equal(0n)
      expect([again.types, bench.switchboard.patterns]).to.deep.equal([['CONFIRM_CONFIGURE'], 0])
      await again.hear(subscribeTo('t'))
      expect(again.failure).to.equal(undefined)
    },
  ],
  [
    '3, order',
    'requests are handled one at a time, and answered in their order, whatever each of them needs',
    async () => {
      const { one } = await two({
        relay: slowAtFirst(),
        auth: { toSubscriber: lateScheme([]), toBroadcaster: lateScheme([]) },
      })
      await one.hear(
        notifyOf('slow', 'a', Buffer.from('1')),
        subscribeTo('t'),
        notifyFirst('a', 'ab'),
        notifyLater(1n, 'b'),
        notifyOf('quick', 'b', Buffer.from('2')),
        subscribeToGlob('g*'),
        unsubscribeFrom('t'),
      )
      await later(one, 9)
      expect(one.types.filter((type) => type !== 'RECEIVE_STREAM')).to.deep.equal([
        'CONFIRM_CONFIGURE',
        'CONFIRM_NOTIFY',
        'CONFIRM_SUBSCRIBE_EXACT',
        'CONTINUE_NOTIFY',
        'CONFIRM_NOTIFY',
        'CONFIRM_NOTIFY',
        'CONFIRM_SUBSCRIBE_GLOB',
        'CONFIRM_UNSUBSCRIBE_EXACT',
      ])
      expect(one.of('CONFIRM_NOTIFY').map(({ identifier }) => String(identifier))).to.deep.equal(['1', 'id', '2'])
    },
  ],
  [
    '3, counters',
    'a message is on the wire in the order in which its counter was taken, however long signing takes',
    async () => {
      const claims: Claim[] = []
      const { bench, one } = await two({ auth: { toSubscriber: lateScheme(claims) } })
      await one.hear(subscribeTo('t'))
      for (const body of ['1', '2', '3', '4']) void one.hear(notifyOf(body))
      bench.switchboard.missed(Buffer.from('t'))
      await later(one, 11)
      const own = one.all.filter(({ type }) => type === 'RECEIVE_STREAM' || type === 'MISSED')
      expect(own).to.have.lengthOf(5)
      // Each says the kind it was signed as, in the order of the signatures.
      const signed = claims.filter(({ kind }) => kind === 'receive' || kind === 'missed')
      expect(own.map(({ authorization }) => authorization)).to.deep.equal(signed.map(({ kind }) => kind))
      expect(countersOf(signed)).to.deep.equal(['1', '2', '3', '4', '5'])
    },
  ],
  [
    '3, parts',
    'nothing stands between two parts of a body: no answer, no MISSED, no dictionary, no other body',
    async () => {
      const zstd = await loadZstd()
      const { bench, one, other } = await two({ windowMessages: 1, maxSendBytes: 1_024 }, zstd)
      const trained = await bench.configured({ enableZstd: true, enableTraining: true })
      for (const end of [one, trained]) {
        await end.hear(subscribeTo('t'))
        await other.hear(notifyOf(Buffer.alloc(2_500, 'x')))
        await end.hear(notifyOf('mine', 'nobody'), subscribeTo('u'))
        await other.hear(notifyOf('second'))
        bench.switchboard.missed(Buffer.from('t'))
        end.session.offerDictionary(offeredDictionary(Buffer.alloc(100, 'd')), { level: 3, minBytes: 1, maxBytes: 9 })
        await end.acknowledge()
        const first = end.types.indexOf('RECEIVE_STREAM')
        const parts = end.types.slice(first).findIndex((type) => type !== 'RECEIVE_STREAM')
        expect(parts).to.equal(3)
        expect(end.types.slice(first + parts)).to.include.members([
          'MISSED',
          'CONFIRM_NOTIFY',
          'CONFIRM_SUBSCRIBE_EXACT',
        ])
        end.session.end()
      }
      if (zstd !== undefined) expect(trained.types).to.include('ENABLE_ZSTD_CUSTOM')
    },
  ],
  [
    '4, topics',
    'are equal byte by byte: any bytes, none at all, as many as there may be; no case, no form of a letter is another',
    async () => {
      const { one, other } = await two()
      const topics = ['', 'a', 'A', 'é', 'e\u0301', Buffer.from('ff', 'hex'), Buffer.alloc(65_535, 'x')]
      for (const topic of topics) await one.hear(subscribeTo(topic))
      for (const topic of [...topics, 'b', Buffer.alloc(65_534, 'x')]) await other.hear(notifyOf('x', topic))
      const counts = other.of('CONFIRM_NOTIFY').map(({ subscribers }) => subscribers)
      expect(counts).to.deep.equal([1n, 1n, 1n, 1n, 1n, 1n, 1n, 0n, 0n])
      const got = one.of('RECEIVE_STREAM').map(({ start }) => Buffer.from(start?.topic ?? []).toString('hex'))
      expect(got).to.deep.equal(topics.map((topic) => Buffer.from(topic).toString('hex')))
    },
  ],
  [
    '4, twice',
    'who subscribes to what it is subscribed to, or leaves what it is not, is closed: by connection, kind and text',
    async () => {
      const foo = subscribeTo('foo')
      const [glob, leave] = [subscribeToGlob('foo*'), unsubscribeFrom('foo')]
      const cases: readonly (readonly [said: readonly ToBroadcaster[], code: unknown, patterns: number])[] = [
        [[foo, foo], 'LONELY_UNEXPECTED', 1],
        [[glob, glob], 'LONELY_UNEXPECTED', 1],
        [[leave], 'LONELY_UNEXPECTED', 1],
        [[subscribeToGlob('foo'), leave], 'LONELY_UNEXPECTED', 1],
        [[foo, leave, leave], 'LONELY_UNEXPECTED', 1],
        [[foo, subscribeToGlob('foo'), glob, subscribeToGlob('foo**')], undefined, 4],
        [[foo, leave, foo], undefined, 1],
      ]
      for (const [said, code, patterns] of cases) {
        const { bench, one, other } = await two()
        await other.hear(foo)
        await one.hear(...said)
        expect([closed(one), other.failure, bench.switchboard.patterns]).to.deep.equal([code, undefined, patterns])
      }
    },
  ],
  [
    '4, globs',
    'are text: others end the connection; an empty one matches the empty topic only',
    async () => {
      const { one, other } = await two()
      await one.hear(subscribeToGlob(''))
      await other.hear(notifyOf('x', ''), notifyOf('x', 'a'))
      expect(other.of('CONFIRM_NOTIFY').map(({ subscribers }) => subscribers)).to.deep.equal([1n, 0n])
      await one.hear(hex('0001 0003 0000 0000 0001 ff'))
      expect(closed(one)).to.equal('LONELY_MALFORMED')
    },
  ],
  [
    '4, confirmation',
    'comes before any body that the subscription brings',
    async () => {
      const { one, other } = await two({ auth: { toSubscriber: lateScheme([]) } })
      void one.hear(subscribeTo('t'))
      for (let i = 0; i < 8; i++) await other.hear(notifyOf(String(i)))
      expect(bodiesOf(one)).to.include('7')
      expect(one.types.slice(0, 3)).to.deep.equal(['CONFIRM_CONFIGURE', 'CONFIRM_SUBSCRIBE_EXACT', 'RECEIVE_STREAM'])
    },
  ],
  [
    '4, topics that are no text',
    'match no glob, only their own bytes',
    async () => {
      const { one, other } = await two()
      await one.hear(subscribeToGlob('*'), subscribeToGlob('?'), subscribeToGlob('[!a]'))
      await other.hear(subscribeTo(hex('ff')), notifyOf('x', hex('ff')), notifyOf('y', 'b'))
      expect(bodiesOf(one)).to.deep.equal(['y'])
      expect(bodiesOf(other)).to.deep.equal(['x'])
    },
  ],
  [
    '5, forms',
    'a stream of a single part, an empty body in either form, and empty parts in the middle are taken, each answered',
    async () => {
      const { one } = await two()
      await one.hear(
        subscribeTo('t'),
        notifyFirst('whole', 'whole'),
        notifyOf(''),
        notifyFirst('', ''),
        notifyFirst('a', 'ab'),
        notifyLater(1n, ''),
        notifyLater(2n, ''),
        notifyLater(3n, 'b'),
      )
      expect(bodiesOf(one)).to.deep.equal(['whole', '', '', 'ab'])
      expect(one.of('CONFIRM_NOTIFY')).to.have.lengthOf(4)
      expect(one.of('CONTINUE_NOTIFY').map(({ partId }) => partId)).to.deep.equal([0n, 1n, 2n])
    },
  ],
  [
    '5, own messages',
    'who notifies a topic that it is subscribed to gets its own message, and is counted',
    async () => {
      const { one } = await two()
      await one.hear(subscribeTo('t'), notifyOf('mine'))
      expect(bodiesOf(one)).to.deep.equal(['mine'])
      expect(one.of('CONFIRM_NOTIFY').map(({ subscribers }) => subscribers)).to.deep.equal([1n])
    },
  ],
  [
    '5, once',
    'a connection gets a body once, however many of its subscriptions match, and counts once',
    async () => {
      const { one, other } = await two()
      await one.hear(subscribeTo('t'), subscribeToGlob('*'), subscribeToGlob('t*'))
      await other.hear(subscribeToGlob('?'), notifyOf('x'))
      expect([bodiesOf(one), bodiesOf(other)]).to.deep.equal([['x'], ['x']])
      expect(other.of('CONFIRM_NOTIFY').map(({ subscribers }) => subscribers)).to.deep.equal([2n])
    },
  ],
  [
    '6, window',
    'so many messages with bodies are unacknowledged, parts of all of them together; each acknowledgement lets one more',
    async () => {
      const { one, other } = await two({ windowMessages: 3, maxSendBytes: 1_024 })
      await one.hear(subscribeTo('t'))
      await other.hear(notifyOf(Buffer.alloc(1_500, 'x')), notifyOf('second'), notifyOf('third'))
      expect(one.of('RECEIVE_STREAM').map(({ partId }) => partId)).to.deep.equal([0n, 1n, 0n])
      for (let sent = 4; sent <= 4; sent++) {
        await one.acknowledge(1)
        expect(one.of('RECEIVE_STREAM')).to.have.lengthOf(sent)
      }
      expect(bodiesOf(one).slice(2)).to.deep.equal(['second', 'third'])
    },
  ],
  [
    '6, counters',
    'every part of a body moves the counter, unless the parts are counted as original subscribers do',
    async () => {
      for (const [partCounting, counters] of [
        ['every', ['1', '2', '3', '4']],
        ['first', ['1', '1', '1', '2']],
      ] as const) {
        const claims: Claim[] = []
        const auth = { toSubscriber: lateScheme(claims) }
        const { one, other } = await two({ auth, partCounting, maxSendBytes: 1_024 })
        await one.hear(subscribeTo('t'))
        await other.hear(notifyOf(Buffer.alloc(2_400, 'x')), notifyOf('next'))
        while (!bodiesOf(one).includes('next')) await turns()
        expect(countersOf(claims.filter(({ kind }) => kind === 'receive'))).to.deep.equal(counters)
      }
    },
  ],
  [
    '10, MISSED',
    'is one message to each who wants the topic, signed with the next counter, and not acknowledged',
    async () => {
      const claims: Claim[] = []
      const { bench, one, other } = await two({ auth: { toSubscriber: lateScheme(claims) } })
      await one.hear(subscribeTo('t'), subscribeToGlob('*'))
      await other.hear(subscribeTo('u'))
      for (let i = 0; i < 2; i++) bench.switchboard.missed(Buffer.from('t'))
      await turns(9)
      expect(one.of('MISSED').map(({ topic }) => String(topic))).to.deep.equal(['t', 't'])
      expect(other.of('MISSED')).to.deep.equal([])
      expect(countersOf(claims.filter(({ kind }) => kind === 'missed'))).to.deep.equal(['1', '2'])
      expect(one.session.backlog.unacknowledged).to.equal(0)
    },
  ],
  [
    '13, off',
    'who wants no zstd is never told of any, and may use none',
    async () => {
      const { bench, one } = await two({}, await loadZstd())
      const large = Buffer.alloc(20_000, 'x')
      await one.hear(subscribeTo('t'), notifyOf(large))
      expect(one.session.offerDictionary(offeredDictionary(large), { level: 3, minBytes: 0, maxBytes: 9 })).to.equal(
        false,
      )
      expect(one.types.filter((type) => type.includes('ZSTD'))).to.deep.equal([])
      expect(one.of('RECEIVE_STREAM')[0]?.start?.compression).to.equal(undefined)
      // Training without zstd is nothing, and so is a preset.
      const other = await bench.configured({ enableTraining: true, initialDict: 2 })
      expect(other.types).to.deep.equal(['CONFIRM_CONFIGURE'])
      await one.hear({ ...notifyOf('x'), compression: { compressorId: 1n, decompressedLength: 5n } })
      expect(closed(one)).to.equal('LONELY_UNEXPECTED')
    },
  ],
]

describe('our broadcaster, as original subscribers need it', () => {
  for (const [section, rule, check] of RULES) it(`(${section}) ${rule}`, check)

  describe('(13) with zstd', () => {
    before(async function () {
      if ((await loadZstd()) === undefined) this.skip()
    })
    const dictionary = (name: string) => Buffer.from(name.repeat(100))
    const use = { level: 3, minBytes: 1, maxBytes: 1_000 }

    it('ENABLE is on the wire before the first body that needs it, also behind a body that is under way', async () => {
      const { bench, other } = await two({ windowMessages: 1, maxSendBytes: 1_024 }, await loadZstd())
      const one = await bench.configured({ enableZstd: true, enableTraining: true })
      await one.hear(subscribeTo('t'))
      await other.hear(notifyOf(Buffer.alloc(2_500, 'x')))
      one.session.offerDictionary(offeredDictionary(dictionary('one')), use)
      await other.hear(notifyOf('one one one one one one one one'))
      await one.acknowledge()
      const last = one.all.at(-1)
      expect(last?.type === 'RECEIVE_STREAM' && last.start?.compression?.compressorId).to.equal(65_536n)
      expect(one.types.at(-2)).to.equal('ENABLE_ZSTD_CUSTOM')
    })

    it('a preset is enabled only for those who ask for it, and no id twice', async () => {
      const presets = [1, 2, 3].map((id) => ({
        id,
        level: 3,
        minSize: 32,
        maxSize: NO_MAX_SIZE,
        dictionary: id === 1 ? undefined : dictionary('abc'),
      }))
      const { bench } = await two({ presets }, await loadZstd())
      for (const [initialDict, ids] of [
        [0, [1n]],
        [1, [1n]],
        [2, [1n, 2n]],
        [9, [1n]],
      ] as const) {
        const end = await bench.configured({ enableZstd: true, initialDict })
        expect(end.of('ENABLE_ZSTD_PRESET').map(({ identifier }) => identifier)).to.deep.equal(ids)
        expect(end.failure).to.equal(undefined)
      }
    })

    it('the dictionary before the newest is still accepted, and those taken back for a while', async () => {
      const zstd = await loadZstd()
      if (zstd === undefined) throw new Error('it was there')
      const { bench } = await two({}, zstd)
      const one = await bench.configured({ enableZstd: true, enableTraining: true })
      for (const name of ['one', 'two', 'six']) one.session.offerDictionary(offeredDictionary(dictionary(name)), use)
      await turns(3)
      expect(one.of('DISABLE_ZSTD_CUSTOM').map(({ identifier }) => identifier)).to.deep.equal([65_536n])
      const body = Buffer.from('one two six '.repeat(5))
      for (const [at, name] of ['one', 'two', 'six'].entries()) {
        const payload = zstd.compress(body, 3, dictionary(name))
        const compression = { compressorId: 65_536n + BigInt(at), decompressedLength: BigInt(body.length) }
        await one.hear({ ...notifyOf(Buffer.from(payload)), identifier: IDENTIFIER, compression })
      }
      expect([one.failure, one.of('CONFIRM_NOTIFY').length]).to.deep.equal([undefined, 3])
    })
  })
})
