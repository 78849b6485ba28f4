import { expect } from 'chai'
import * as fc from 'fast-check'
import { TransportError } from '@/errors.js'
import {
  type BroadcasterAnswer,
  parseBroadcasterAnswer,
  parseRequest,
  parseSubscriberAnswer,
  REQUEST_PATHS,
  reprDigestOf,
  serializeAnswer,
  serializeRequest,
  setSubscriptions,
  sha512,
  sha512InReprDigest,
  type StatelessRequest,
  type StatelessType,
  strongEtag,
  type SubscriberAnswer,
} from '@/protocols/lonely/index.js'
import { caught } from '../../support/caught.js'
import { hex, toHex } from '../../support/hex.js'

const NONE = Buffer.alloc(0)
const TRACING = Buffer.from('tr')
const TOPIC = Buffer.from('t')
const MESSAGE = Buffer.from('hi')
const identifier = Buffer.from('id')
const SHA =
  '150a14ed5bea6cc731cf86c41566ac427a8db48ef1b9fd626664b3bfbb99071fa4c922f33dde38719b8c8354e2b7ab9d77e0e67fc12843920a712e73d558e197'
const ETAG = Buffer.alloc(64, 7)

const REQUESTS: readonly (readonly [request: StatelessRequest, body: string])[] = [
  [
    { type: 'NOTIFY', topic: TOPIC, sha512: hex(SHA), tracing: TRACING, identifier, message: MESSAGE },
    `0001 74 ${SHA} 0002 7472 02 6964 0000000000000002 6869`,
  ],
  [
    { type: 'SUBSCRIBE_EXACT', url: 'u', topic: TOPIC, recovery: 'r', tracing: TRACING },
    '0001 75 0001 74 0001 72 0002 7472',
  ],
  [
    { type: 'SUBSCRIBE_GLOB', url: 'u', glob: 'é*', recovery: undefined, tracing: NONE },
    '0001 75 0003 c3a92a 0000 0000',
  ],
  [{ type: 'UNSUBSCRIBE_EXACT', url: 'u', topic: TOPIC, tracing: TRACING }, '0001 75 0001 74 0002 7472'],
  [{ type: 'UNSUBSCRIBE_GLOB', url: 'u', glob: '*', tracing: TRACING }, '0001 75 0001 2a 0002 7472'],
  [{ type: 'CHECK_SUBSCRIPTIONS', url: 'u', tracing: TRACING }, '0002 7472 0001 75'],
  [
    { type: 'RECEIVE', tracing: TRACING, topic: TOPIC, identifier, message: MESSAGE },
    '0002 7472 0001 74 02 6964 0000000000000002 6869',
  ],
  [{ type: 'MISSED', tracing: TRACING, topic: TOPIC }, '0002 7472 0001 74'],
]

describe('the bodies of the lonely protocol over HTTP', () => {
  for (const [request, body] of REQUESTS) {
    it(`has ${request.type} as it is described, and refuses it cut off anywhere`, () => {
      const bytes = hex(body)
      expect(toHex(serializeRequest(request))).to.equal(toHex(bytes))
      expect(parseRequest(request.type, bytes)).to.deep.equal(request)
      for (let size = 0; size < bytes.length; size++)
        expect(caught(() => parseRequest(request.type, bytes.subarray(0, size))).code, String(size)).to.equal(
          'LONELY_MALFORMED',
        )
    })
  }

  it('has SET_SUBSCRIPTIONS with lists in the order of their bytes, and refuses it cut off anywhere', () => {
    const request = setSubscriptions({
      url: 'u',
      tracing: TRACING,
      topics: [{ topic: Buffer.from('b') }, { topic: Buffer.from('a'), recovery: 'r' }],
      globs: [{ glob: '\u{10000}' }, { glob: '\uffff' }],
    })
    const etag = toHex(request.etag.sha512)
    const bytes = serializeRequest(request)
    expect(toHex(bytes)).to.equal(
      toHex(
        hex(`0002 7472 0001 75 00 ${etag} 00000002 0001 61 0001 72 0001 62 0000
             00000002 0003 efbfbf 0000 0004 f0908080 0000`),
      ),
    )
    expect(parseRequest('SET_SUBSCRIPTIONS', bytes)).to.deep.equal({
      ...request,
      topics: [request.topics[0], { ...request.topics[1], recovery: undefined }],
      globs: request.globs.map((item) => ({ ...item, recovery: undefined })),
    })
    for (let size = 0; size < bytes.length; size++)
      expect(caught(() => parseRequest('SET_SUBSCRIPTIONS', bytes.subarray(0, size))).code).to.equal('LONELY_MALFORMED')
    const twice = { url: 'u', topics: [{ topic: TOPIC }, { topic: TOPIC, recovery: 'r' }] }
    expect(caught(() => setSubscriptions(twice)).code).to.equal('LONELY_UNWRITABLE')
  })

  it('refuses SET_SUBSCRIPTIONS out of order, with an etag of something else or of another format', () => {
    const topics = [{ topic: Buffer.from('b') }, { topic: Buffer.from('a') }]
    const unordered = strongEtag('u', topics, [], { trustOrder: true })
    const body = (etag: typeof unordered, list: typeof topics) =>
      serializeRequest({ type: 'SET_SUBSCRIPTIONS', url: 'u', tracing: NONE, etag, topics: list, globs: [] })
    const problemOf = (bytes: Buffer) => caught(() => parseRequest('SET_SUBSCRIPTIONS', bytes)).detail['problem']
    expect(problemOf(body(unordered, topics))).to.equal('subscriptions are not in strictly ascending order')
    expect(problemOf(body(unordered, topics.toReversed()))).to.equal('the etag is not that of the lists')
    const other = body(unordered, topics.toReversed())
    other[5] = 1
    expect(problemOf(other)).to.equal('the format of the etag is unknown')
  })

  it('refuses a NOTIFY whose digest is another, or with bytes behind it, and ignores those behind the small ones', () => {
    const bytes = hex(REQUESTS[0]?.[1] ?? '')
    bytes[bytes.length - 1] = 0
    expect(caught(() => parseRequest('NOTIFY', bytes)).detail).to.include({ problem: 'the message has another digest' })
    for (const [{ type }, body] of REQUESTS) {
      const read = () => parseRequest(type, hex(`${body} 00`))
      if (type === 'NOTIFY' || type === 'RECEIVE') expect(caught(read).code, type).to.equal('LONELY_MALFORMED')
      else expect(read, type).to.not.throw()
    }
  })

  it('refuses a message announced with 2^64-1 bytes without taking memory for it', () => {
    const bytes = hex('0000 0000 00 ffffffffffffffff')
    expect(caught(() => parseRequest('RECEIVE', bytes)).code).to.equal('LONELY_MALFORMED')
  })

  it('refuses urls and globs that are not UTF-8, when reading and when writing', () => {
    expect(caught(() => parseRequest('CHECK_SUBSCRIPTIONS', hex('0000 0001 ff'))).code).to.equal('LONELY_MALFORMED')
    const request = { type: 'UNSUBSCRIBE_GLOB', url: 'u', glob: '\ud800', tracing: NONE } as const
    expect(caught(() => serializeRequest(request)).code).to.equal('LONELY_UNWRITABLE')
  })

  it('refuses to write what does not fit', () => {
    const receive = { type: 'RECEIVE', tracing: NONE, topic: TOPIC, identifier, message: MESSAGE } as const
    const broken: readonly StatelessRequest[] = [
      { ...receive, tracing: Buffer.alloc(65_536) },
      { ...receive, identifier: Buffer.alloc(256) },
      { type: 'NOTIFY', topic: TOPIC, sha512: Buffer.alloc(63), tracing: NONE, identifier, message: MESSAGE },
      // @ts-expect-error text is not bytes
      { ...receive, message: 'text' },
      // @ts-expect-error there is no such request
      { type: 'SOMETHING' },
    ]
    for (const request of broken) expect(caught(() => serializeRequest(request)).code).to.equal('LONELY_UNWRITABLE')
    const etag = { format: 0, sha512: Buffer.alloc(65) } as const
    const answer = { type: 'RESPONSE_CHECK_SUBSCRIPTIONS', tracing: NONE, etag } as const
    expect(caught(() => serializeAnswer(answer)).code).to.equal('LONELY_UNWRITABLE')
    const counted = { type: 'RESPONSE_NOTIFY', tracing: NONE, identifier, subscribers: 2 ** 32 } as const
    expect(caught(() => serializeAnswer(counted)).code).to.equal('LONELY_UNWRITABLE')
  })

  const authorization = undefined
  const FROM_BROADCASTER: readonly (readonly [answer: BroadcasterAnswer, body: string])[] = [
    [{ type: 'RESPONSE_GENERIC', authorization, tracing: NONE }, '0003 0000 0000'],
    [
      { type: 'RESPONSE_NOTIFY', authorization: 'a', tracing: TRACING, subscribers: 258, identifier },
      '0004 0001 61 0002 7472 00000102 02 6964',
    ],
    [
      { type: 'RESPONSE_CHECK_SUBSCRIPTIONS', authorization, tracing: NONE, etag: { format: 0, sha512: ETAG } },
      `0005 0000 0000 00 ${toHex(ETAG)}`,
    ],
  ]
  const FROM_SUBSCRIBER: readonly (readonly [answer: SubscriberAnswer, body: string])[] = [
    [
      { type: 'RESPONSE_CONFIRM_RECEIVE', authorization: 'a', tracing: TRACING, identifier, subscribers: 258 },
      '0008 0001 61 0002 7472 02 6964 00000102',
    ],
    [{ type: 'RESPONSE_CONFIRM_MISSED', authorization, tracing: TRACING }, '0009 0000 0002 7472'],
    [{ type: 'RESPONSE_UNSUBSCRIBE_IMMEDIATE' }, '000a'],
  ]
  const ANSWERS = [
    ...FROM_BROADCASTER.map(([answer, body]) => [answer, body, parseBroadcasterAnswer] as const),
    ...FROM_SUBSCRIBER.map(([answer, body]) => [answer, body, parseSubscriberAnswer] as const),
  ]
  for (const [answer, body, parse] of ANSWERS) {
    it(`has ${answer.type} as it is described, and refuses it cut off anywhere`, () => {
      const bytes = hex(body)
      expect(toHex(serializeAnswer(answer))).to.equal(toHex(bytes))
      expect(parse(bytes)).to.deep.equal(answer)
      for (let size = 0; size < bytes.length; size++)
        expect(caught(() => parse(bytes.subarray(0, size))).code, String(size)).to.equal('LONELY_MALFORMED')
    })
  }

  it('does not take an answer of the other end for one', () => {
    expect(caught(() => parseBroadcasterAnswer(hex('000a'))).detail).to.include({ type: 10 })
    expect(caught(() => parseSubscriberAnswer(hex('0003 0000 0000'))).detail).to.include({ type: 3 })
    // @ts-expect-error text is not a body
    expect(caught(() => parseSubscriberAnswer('text')).code).to.equal('NOT_BYTES')
  })

  it('knows the paths of the requests to a broadcaster', () => {
    expect(REQUEST_PATHS.SUBSCRIBE_GLOB).to.equal('/v1/subscribe/glob')
    expect(REQUEST_PATHS).to.not.have.any.keys('RECEIVE', 'MISSED')
  })

  it('throws nothing but typed errors when the bytes are random', () => {
    const types = [...Object.keys(REQUEST_PATHS), 'RECEIVE', 'MISSED'].filter(
      (name): name is StatelessType => name !== '',
    )
    const short = fc
      .array(fc.constantFrom(0, 0, 0, 1, 2, 97, 255), { maxLength: 60 })
      .map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.oneof(short, fc.uint8Array()), (type, bytes) => {
        for (const read of [
          () => parseRequest(type, bytes),
          () => parseBroadcasterAnswer(bytes),
          () => parseSubscriberAnswer(bytes),
        ]) {
          try {
            read()
          } catch (error) {
            if (!(error instanceof TransportError) || error.code !== 'LONELY_MALFORMED') throw error
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  describe('repr-digest', () => {
    const digest = sha512(MESSAGE)
    const text = digest.toString('base64')

    it('is written as sha-512 and read as that or sha512, with or without padding, the last of several', () => {
      expect(reprDigestOf(digest)).to.equal(`sha-512=${text}`)
      for (const value of [
        `sha-512=${text}`,
        `sha512=${text}`,
        `sha-512=${text.slice(0, -2)}`,
        `sha-256=AAAA,sha-512=${text}`,
        `sha-512=nonsense,sha-512=${text},md5=x`,
      ]) {
        expect(sha512InReprDigest(value), value).to.deep.equal(digest)
      }
    })

    it('is refused without a SHA-512, with spaces or colons, or of another size', () => {
      for (const value of [
        '',
        'sha-256=AAAA',
        `sha-512=:${text}:`,
        ` sha-512=${text}`,
        `sha-512=${text.slice(4)}`,
        'sha-512',
        `sha-512=${text.slice(0, -3)}*==`,
      ]) {
        expect(caught(() => sha512InReprDigest(value)).code, value).to.equal('LONELY_MALFORMED')
      }
      expect(caught(() => reprDigestOf(Buffer.alloc(63))).code).to.equal('LONELY_UNWRITABLE')
    })
  })
})
