import { expect } from 'chai'
import type { Claim } from '@/protocols/lonely/auth/claim.js'
import { loadZstd, type ToSubscriber } from '@/protocols/lonely/index.js'
import { codeOf } from '../../../support/codeOf.js'
import {
  CONFIRM_CONFIGURE,
  IDENTIFIER,
  NO_BYTES,
  receiveFirst,
  receiveLater,
  TOPIC,
} from '../../../support/lonelySamples.js'
import { countersOf, lateScheme, urlsOf } from '../../../support/lonelySchemes.js'
import { SubscriberEnd } from '../../../support/lonelySessions.js'
import { rejection } from '../../../support/rejection.js'
import { turns } from '../../../support/turns.js'

const confirmNotify = (identifier: Uint8Array): ToSubscriber => ({
  type: 'CONFIRM_NOTIFY',
  tracing: NO_BYTES,
  identifier,
  subscribers: 3n,
})
const continueNotify = (identifier: Uint8Array, partId: bigint): ToSubscriber => ({
  type: 'CONTINUE_NOTIFY',
  tracing: NO_BYTES,
  identifier,
  partId,
})
const confirmSubscribe: ToSubscriber = { type: 'CONFIRM_SUBSCRIBE_EXACT', tracing: NO_BYTES, topic: TOPIC }
const confirmUnsubscribe: ToSubscriber = { type: 'CONFIRM_UNSUBSCRIBE_EXACT', tracing: NO_BYTES, topic: TOPIC }
const missed: ToSubscriber = { type: 'MISSED', tracing: NO_BYTES, topic: TOPIC }
const enable: ToSubscriber = {
  type: 'ENABLE_ZSTD_PRESET',
  tracing: NO_BYTES,
  identifier: 1n,
  compressionLevel: 3,
  minSize: 1_000,
  maxSize: 1_000_000n,
}

/** What an original peer depends on, by the sections of the behaviour that was observed. */
const RULES: readonly (readonly [section: string, rule: string, check: () => Promise<void>])[] = [
  [
    '1, urls',
    'what is signed begins with websocket: whatever the transport',
    async () => {
      const claims: Claim[] = []
      const scheme = lateScheme(claims)
      const end = await SubscriberEnd.configured({ auth: { toBroadcaster: scheme, toSubscriber: scheme } })
      void end.session.subscribe({ topic: TOPIC })
      await end.hear(receiveFirst('x', 'x'), missed)
      expect(urlsOf(claims)).to.have.lengthOf(4)
      for (const url of urlsOf(claims)) expect(url).to.match(/^websocket:[A-Za-z0-9+/]{43}=:-?[0-9a-f]+$/)
    },
  ],
  [
    '2.2',
    'says CONFIGURE first, and nothing else until it is confirmed',
    async () => {
      const end = new SubscriberEnd()
      const refused = await rejection(end.session.subscribe({ topic: TOPIC }))
      await rejection(end.notify('t', Buffer.from('x')))
      expect([end.types, codeOf(refused)]).to.deep.equal([['CONFIGURE'], 'NOT_OPEN'])
      await end.hear(CONFIRM_CONFIGURE)
      await end.started
    },
  ],
  [
    '2.5',
    'anything but CONFIRM_CONFIGURE is the failure of this broadcaster',
    async () => {
      for (const message of [missed, enable, confirmSubscribe, receiveFirst('x', 'x')]) {
        const end = new SubscriberEnd()
        await end.hear(message)
        expect([codeOf(end.failure), codeOf(await rejection(end.started))]).to.deep.equal([
          'LONELY_UNEXPECTED',
          'LONELY_UNEXPECTED',
        ])
      }
    },
  ],
  [
    '2, end',
    'a notification is done when it is confirmed, and not before',
    async () => {
      const end = await SubscriberEnd.configured()
      const done: number[] = []
      void end.notify('t', Buffer.from('x')).then((count) => done.push(count))
      await turns(5)
      const [said] = end.of('NOTIFY')
      expect([end.types.at(-1), done]).to.deep.equal(['NOTIFY', []])
      await end.hear(confirmNotify(said?.identifier ?? NO_BYTES))
      expect(done).to.deep.equal([3])
    },
  ],
  [
    '3, answers',
    'are expected in the order of the requests, of their type and with their topic, identifier and part',
    async () => {
      const wrong: readonly ToSubscriber[] = [
        confirmUnsubscribe,
        confirmNotify(IDENTIFIER),
        { ...confirmSubscribe, topic: IDENTIFIER },
        { type: 'CONFIRM_SUBSCRIBE_GLOB', tracing: NO_BYTES, glob: 't' },
      ]
      for (const answer of wrong) {
        const end = await SubscriberEnd.configured()
        const failed = rejection(end.session.subscribe({ topic: TOPIC }))
        await end.hear(answer)
        expect([codeOf(end.failure), codeOf(await failed)]).to.deep.equal(['LONELY_UNEXPECTED', 'LONELY_UNEXPECTED'])
      }
      const end = await SubscriberEnd.configured({ maxSendBytes: 1_024 })
      const failed = rejection(end.notify('t', Buffer.alloc(5_000)))
      await turns(5)
      const identifier = end.of('NOTIFY_STREAM')[0]?.identifier ?? NO_BYTES
      await end.hear(continueNotify(identifier, 0n), continueNotify(identifier, 2n))
      expect([codeOf(end.failure), codeOf(await failed)]).to.deep.equal(['LONELY_UNEXPECTED', 'LONELY_UNEXPECTED'])
    },
  ],
  [
    '3, counters',
    'a message is on the wire in the order in which its counter was taken, however long signing takes',
    async () => {
      const claims: Claim[] = []
      const end = await SubscriberEnd.configured({ auth: { toBroadcaster: lateScheme(claims) } })
      void end.session.subscribe({ topic: TOPIC })
      void end.session.subscribe({ glob: '*' })
      void end.session.unsubscribe({ topic: TOPIC })
      await end.hear(receiveFirst('x', 'x'), receiveFirst('a', 'ab'), receiveLater(1n, 'b'))
      while (end.all.length < 7) await turns()
      expect(end.all.map(({ authorization }) => authorization)).to.deep.equal(claims.map(({ kind }) => kind))
      expect(countersOf(claims)).to.deep.equal(['-1', '-2', '-3', '-4', '-5', '-6'])
    },
  ],
  [
    '3, parts',
    'the parts of a notification leave in a row: nothing but acknowledgements comes between them',
    async () => {
      const end = await SubscriberEnd.configured({ maxSendBytes: 1_024 })
      void end.notify('t', Buffer.alloc(2_500))
      void end.notify('u', Buffer.from('x'))
      await turns(3)
      const parts = end.types.slice(1)
      expect(parts).to.deep.equal(['NOTIFY_STREAM', 'NOTIFY_STREAM', 'NOTIFY_STREAM', 'NOTIFY'])
    },
  ],
  [
    '4, confirmation',
    'a body that comes before the confirmation, or after the subscription has ended, is acknowledged like any other',
    async () => {
      const end = await SubscriberEnd.configured()
      void end.session.subscribe({ topic: TOPIC })
      await end.hear(receiveFirst('early', 'early'), confirmSubscribe)
      void end.session.unsubscribe({ topic: TOPIC })
      await end.hear(confirmUnsubscribe, receiveFirst('late', 'late'))
      expect([end.failure, end.of('CONFIRM_RECEIVE').length]).to.deep.equal([undefined, 2])
    },
  ],
  [
    '5, forms',
    'an empty body, empty parts in the middle and a stream of one part are taken, each answered in order',
    async () => {
      const end = await SubscriberEnd.configured()
      await end.hear(
        receiveFirst('', ''),
        receiveFirst('whole', 'whole'),
        receiveFirst('', 'ab'),
        receiveLater(1n, 'a'),
        receiveLater(2n, ''),
        receiveLater(3n, 'b'),
      )
      expect(end.received).to.deep.equal(['', 'whole', 'ab'])
      expect(end.types.slice(1)).to.deep.equal([
        'CONFIRM_RECEIVE',
        'CONFIRM_RECEIVE',
        'CONTINUE_RECEIVE',
        'CONTINUE_RECEIVE',
        'CONTINUE_RECEIVE',
        'CONFIRM_RECEIVE',
      ])
      expect(end.of('CONTINUE_RECEIVE').map(({ partId }) => partId)).to.deep.equal([0n, 1n, 2n])
      expect(end.of('CONFIRM_RECEIVE').map(({ numSubscribers }) => numSubscribers)).to.deep.equal([1, 1, 1])
    },
  ],
  [
    '5, duplicates',
    'the same body several times, with one identifier or others, is taken as often',
    async () => {
      const end = await SubscriberEnd.configured()
      await end.hear(receiveFirst('x', 'x'), receiveFirst('x', 'x'), receiveFirst('x', 'x', 1, TOPIC))
      expect([end.received, end.failure]).to.deep.equal([['x', 'x', 'x'], undefined])
    },
  ],
  [
    '6, counters',
    'every part of a body moves the counter, and every part is verified',
    async () => {
      const claims: Claim[] = []
      const end = await SubscriberEnd.configured({ auth: { toSubscriber: lateScheme(claims) } })
      await end.hear(receiveFirst('a', 'abc'), receiveLater(1n, 'b'), receiveLater(2n, 'c'), missed)
      const counted = claims.filter(({ kind }) => kind === 'receive' || kind === 'missed')
      expect(countersOf(counted)).to.deep.equal(['1', '2', '3', '4'])
      expect(counted.map(({ kind }) => kind)).to.deep.equal(['receive', 'receive', 'receive', 'missed'])
    },
  ],
  [
    '6, later parts',
    'a later part that is not authorized ends the connection, and nothing of the body is handed on',
    async () => {
      let parts = 0
      const check = (claim: Claim) => (claim.kind === 'receive' && ++parts > 1 ? 'forbidden' : 'ok')
      const end = await SubscriberEnd.configured({ auth: { toSubscriber: { authorize: () => undefined, check } } })
      await end.hear(receiveFirst('a', 'ab'), receiveLater(1n, 'b'))
      expect([codeOf(end.failure), end.received]).to.deep.equal(['AUTHORIZATION_REFUSED', []])
    },
  ],
  [
    '7, requests',
    'at most 200 are under way unanswered, parts counted one by one; each answer lets one more leave',
    async () => {
      const end = await SubscriberEnd.configured()
      for (let i = 0; i < 300; i++) void end.notify('t', Buffer.from('x'))
      await turns(3)
      expect(end.of('NOTIFY')).to.have.lengthOf(200)
      await end.hear(confirmNotify(end.of('NOTIFY')[0]?.identifier ?? NO_BYTES))
      expect(end.of('NOTIFY')).to.have.lengthOf(201)
    },
  ],
  [
    '10, MISSED',
    'is told, moves the counter and is not answered',
    async () => {
      const claims: Claim[] = []
      const end = await SubscriberEnd.configured({ auth: { toSubscriber: lateScheme(claims) } })
      await end.hear(missed, missed, receiveFirst('x', 'x'))
      expect([end.missed, end.types.slice(1)]).to.deep.equal([['t', 't'], ['CONFIRM_RECEIVE']])
      expect(countersOf(claims)).to.deep.equal(['1', '2', '3'])
    },
  ],
  [
    '13, off',
    'who wants no zstd says so, uses none and takes none',
    async () => {
      const end = await SubscriberEnd.configured()
      expect(end.of('CONFIGURE')[0]).to.include({ enableZstd: false })
      void end.notify('t', Buffer.alloc(100_000))
      await turns(3)
      expect(end.of('NOTIFY')[0]?.compression).to.equal(undefined)
      await end.hear(enable)
      expect(codeOf(end.failure)).to.equal('LONELY_UNEXPECTED')
    },
  ],
  [
    '13, ENABLE',
    'a compressor is used only when it has been enabled, and is forgotten with the connection',
    async () => {
      const zstd = await loadZstd()
      if (zstd === undefined) return
      const end = await SubscriberEnd.configured({}, { zstd })
      expect(end.of('CONFIGURE')[0]).to.include({ enableZstd: true })
      void end.notify('t', Buffer.alloc(2_000))
      await turns(3)
      await end.hear(enable)
      void end.notify('t', Buffer.alloc(2_000))
      await turns(3)
      const used = end.of('NOTIFY').map(({ compression }) => compression?.compressorId)
      expect(used).to.deep.equal([undefined, 1n])
      const next = await SubscriberEnd.configured({}, { zstd })
      await next.hear(receiveFirst('x', 'x'))
      void next.notify('t', Buffer.alloc(2_000))
      await turns(3)
      expect(next.of('NOTIFY')[0]?.compression).to.equal(undefined)
    },
  ],
]

describe('our subscriber, as original broadcasters need it', () => {
  for (const [section, rule, check] of RULES) it(`(${section}) ${rule}`, check)
})

describe('our subscriber checks the authorization of', () => {
  it('confirmConfigure, and does not open when it is wrong', async () => {
    const end = await SubscriberEnd.configured({ auth: { toSubscriber: lateScheme([], 'confirmConfigure') } })
    expect(codeOf(await rejection(end.started))).to.equal('AUTHORIZATION_REFUSED')
  })

  const requests: Readonly<Record<string, (end: SubscriberEnd) => Promise<unknown>>> = {
    confirmSubscribeExact: (end) => end.session.subscribe({ topic: TOPIC }),
    confirmNotify: (end) => end.notify('t', Buffer.from('x')),
    continueNotify: (end) => end.notify('t', Buffer.alloc(5_000)),
  }
  const CASES: readonly (readonly [kind: Claim['kind'], answer: (end: SubscriberEnd) => ToSubscriber])[] = [
    ['confirmSubscribeExact', () => confirmSubscribe],
    ['confirmNotify', (end) => confirmNotify(end.of('NOTIFY')[0]?.identifier ?? NO_BYTES)],
    ['continueNotify', (end) => continueNotify(end.of('NOTIFY_STREAM')[0]?.identifier ?? NO_BYTES, 0n)],
    ['receive', () => receiveFirst('x', 'x')],
    ['missed', () => missed],
    ['enableZstdPreset', () => enable],
    ['disableZstdCustom', () => ({ type: 'DISABLE_ZSTD_CUSTOM', tracing: NO_BYTES, identifier: 65_536n })],
  ]
  for (const [kind, answer] of CASES) {
    it(`${kind}, and does not go on when it is wrong`, async () => {
      const auth = { toSubscriber: lateScheme([], kind) }
      const end = await SubscriberEnd.configured({ auth, maxSendBytes: 1_024 })
      const failed = requests[kind]?.(end)
      const told = failed === undefined ? undefined : rejection(failed)
      await turns(5)
      await end.hear(answer(end))
      expect(codeOf(end.failure)).to.equal('AUTHORIZATION_REFUSED')
      expect([end.received, end.missed]).to.deep.equal([[], []])
      if (told !== undefined) expect(codeOf(await told)).to.equal('AUTHORIZATION_REFUSED')
    })
  }
})
