import { expect } from 'chai'
import * as fc from 'fast-check'
import { TransportError } from '@/errors.js'
import {
  codecs,
  type LonelyMessage,
  parseToBroadcaster,
  parseToSubscriber,
  serialize,
  sha512,
} from '@/protocols/lonely/index.js'
import { caught } from '../../support/caught.js'
import { hex, toHex } from '../../support/hex.js'
import { anyMessage } from '../../support/lonelyArbitraries.js'

const NONE = Buffer.alloc(0)
const TOPIC = Buffer.from('foo/bar')
const SHA_OF_NOTHING =
  'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e'
const identifier = Buffer.from('id')

const parse = (message: LonelyMessage, bytes: Uint8Array): LonelyMessage => codecs[message.type].parse(bytes)

describe('the messages of the lonely protocol', () => {
  const WORKED: readonly (readonly [what: string, message: LonelyMessage, bytes: string])[] = [
    [
      'SUBSCRIBE_EXACT',
      { type: 'SUBSCRIBE_EXACT', tracing: NONE, topic: TOPIC },
      '0001 0002 0000 0000 0007 666f6f2f626172',
    ],
    [
      'an empty NOTIFY',
      {
        type: 'NOTIFY',
        tracing: NONE,
        identifier,
        topic: Buffer.from('t'),
        sha512: hex(SHA_OF_NOTHING),
        payload: NONE,
      },
      `0001 0006 0000 0000 0002 6964 0001 74 0001 00 0000 0000 0040 ${SHA_OF_NOTHING}`,
    ],
    [
      'a later part of NOTIFY_STREAM',
      { type: 'NOTIFY_STREAM', tracing: NONE, identifier, partId: 1n, payload: Buffer.from('!!') },
      '0001 0007 0000 0000 0002 6964 0001 01 2121',
    ],
    [
      'CONTINUE_NOTIFY of part 0',
      { type: 'CONTINUE_NOTIFY', tracing: NONE, identifier, partId: 0n },
      '0001 0007 0002 6964 0000 0000 0000',
    ],
    [
      'CONTINUE_NOTIFY of part 256',
      { type: 'CONTINUE_NOTIFY', tracing: NONE, identifier, partId: 256n },
      '0001 0007 0002 6964 0002 0100 0000 0000',
    ],
    [
      'CONFIRM_RECEIVE',
      { type: 'CONFIRM_RECEIVE', tracing: NONE, identifier, numSubscribers: 1 },
      '0001 0009 0002 6964 0000 0000 0004 00000001',
    ],
    [
      'ENABLE_ZSTD_PRESET without bound',
      {
        type: 'ENABLE_ZSTD_PRESET',
        tracing: NONE,
        identifier: 1n,
        compressionLevel: 3,
        minSize: 16_384,
        maxSize: 2n ** 64n - 1n,
      },
      '0001 0009 0001 01 0002 0003 0002 4000 0008 ffffffffffffffff 0000 0000',
    ],
  ]

  for (const [what, message, bytes] of WORKED) {
    it(`writes ${what} as ${bytes.length > 90 ? `${bytes.slice(0, 60)}...` : bytes}`, () => {
      expect(toHex(serialize(message))).to.equal(toHex(hex(bytes)))
    })
  }

  it('writes expanded headers with their names, and reads them in any order and case, the last of a name, unknown ones too', () => {
    const message = { type: 'SUBSCRIBE_EXACT', tracing: NONE, topic: TOPIC } as const
    expect(toHex(serialize(message, { headers: 'expanded' }))).to.equal(
      toHex(
        hex(`0000 0002 0003 000d 617574686f72697a6174696f6e 0000 0009 782d74726163696e67 0000
             0007 782d746f706963 0007 666f6f2f626172`),
      ),
    )
    const shuffled =
      hex(`0000 0002 0005 0007 582d544f504943 0001 61 0000 0001 ff 0007 782d746f706963 0007 666f6f2f626172
                          0009 782d74726163696e67 0000 000d 417574686f72697a6174696f6e 0000`)
    expect(parseToBroadcaster(shuffled)).to.deep.equal({ ...message, authorization: undefined })
  })

  it('reads past as many unknown headers as a message can have', () => {
    const unknown = Array.from({ length: 65_532 }, (_, index) =>
      hex(`0004 ${toHex(Buffer.from(index.toString(36).padStart(4, '-')))} 0000`),
    )
    const known = hex('0009 782d74726163696e67 0000 000d 617574686f72697a6174696f6e 0000 0007 782d746f706963 0001 61')
    const message = codecs.MISSED.parse(Buffer.concat([hex('0000 000c ffff'), ...unknown, known]))
    expect(Buffer.from(message.topic).toString()).to.equal('a')
  })

  it('narrows everything by type', () => {
    const message: LonelyMessage = parseToBroadcaster(hex('0001 0007 0000 0000 0002 6964 0001 01 2121'))
    if (message.type !== 'NOTIFY_STREAM') throw new Error('another type')
    expect(message.start === undefined && message.partId).to.equal(1n)
    expect(message.payload.toString()).to.equal('!!')
  })

  it('gives views of what it reads and copies nothing', () => {
    const bytes = hex('0001 0007 0000 0000 0002 6964 0001 01 2121')
    const message = codecs.NOTIFY_STREAM.parse(bytes)
    bytes[bytes.length - 1] = 0x3f
    expect(Buffer.from(message.payload).toString()).to.equal('!?')
  })

  it('reads a plain Uint8Array, also one in the middle of a larger buffer', () => {
    const bytes = Uint8Array.from(hex('ff 0001 0002 0000 0000 0007 666f6f2f626172 ff')).subarray(1, 18)
    expect(codecs.SUBSCRIBE_EXACT.parse(bytes).topic).to.deep.equal(TOPIC)
  })

  it('refuses what is no bytes, the type of another codec, and a type of the other direction', () => {
    // @ts-expect-error text is not a message
    expect(caught(() => parseToBroadcaster('text')).code).to.equal('NOT_BYTES')
    const missed = hex('0001 000c 0000 0000 0000')
    expect(caught(() => codecs.SUBSCRIBE_EXACT.parse(missed)).detail).to.include({ expected: 2, found: 12 })
    expect(caught(() => parseToBroadcaster(missed)).detail).to.include({ problem: 'the type is unknown', type: 12 })
    expect(parseToSubscriber(missed)).to.include({ type: 'MISSED' })
  })

  it('gives the head of a message for whoever sends the payload from where it is', () => {
    const payload = Buffer.from('payload')
    const start = { topic: TOPIC, compressedLength: 7n, sha512: sha512(payload) }
    const message = { type: 'RECEIVE_STREAM', tracing: NONE, identifier, partId: 0n, start, payload } as const
    for (const headers of ['minimal', 'expanded'] as const) {
      const head = codecs.RECEIVE_STREAM.serializeHead(message, { headers })
      expect(Buffer.concat([head, payload])).to.deep.equal(serialize(message, { headers }))
    }
  })

  it('writes a NOTIFY with a wrong digest only to those who did not ask for a check, and never reads it', () => {
    const message = {
      type: 'NOTIFY',
      tracing: NONE,
      identifier,
      topic: TOPIC,
      sha512: sha512(TOPIC),
      payload: NONE,
    } as const
    expect(caught(() => serialize(message, { verifyDigest: true })).code).to.equal('LONELY_UNWRITABLE')
    expect(caught(() => parseToBroadcaster(serialize(message))).detail).to.include({
      problem: 'the payload has another digest',
      header: 'x-compressed-sha512',
    })
  })

  it('refuses values of the wrong kind, which only a program without types can give', () => {
    const broken: readonly unknown[] = [
      { type: 'SUBSCRIBE_EXACT', tracing: NONE, topic: 'foo' },
      { type: 'SUBSCRIBE_EXACT', tracing: 'trace', topic: TOPIC },
      { type: 'SUBSCRIBE_GLOB', tracing: NONE, glob: TOPIC },
      { type: 'SUBSCRIBE_GLOB', tracing: NONE, authorization: 7, glob: 'a' },
      { type: 'CONTINUE_RECEIVE', tracing: NONE, identifier, partId: 1 },
      { type: 'CONFIRM_RECEIVE', tracing: NONE, identifier, numSubscribers: 1n },
      { type: 'CONFIRM_RECEIVE', tracing: NONE, identifier, numSubscribers: 0.5 },
      { type: 'NOTIFY', tracing: NONE, identifier, topic: TOPIC, sha512: sha512(NONE) },
      { type: 'NOTIFY_STREAM', tracing: NONE, identifier, partId: 0n, payload: NONE },
      { type: 'NOTIFY_STREAM', tracing: NONE, identifier, partId: 0n, start: null, payload: NONE },
      { type: 'RECEIVE_STREAM', tracing: NONE, identifier, partId: 2n, start: {}, payload: NONE },
      { type: 'SOMETHING', tracing: NONE },
      {},
    ]
    for (const message of broken) {
      const write: (message: never) => unknown = serialize
      // @ts-expect-error that is what is tried
      expect(caught(() => write(message)).code, String(Reflect.get(Object(message), 'type'))).to.equal(
        'LONELY_UNWRITABLE',
      )
    }
  })

  describe('of the releases before tracing', () => {
    it('writes the example of the documentation in 15 bytes when tracing is left out', () => {
      const bytes = serialize({ type: 'SUBSCRIBE_EXACT', topic: TOPIC })
      expect(toHex(bytes)).to.equal('0001000200000007666f6f2f626172')
      expect(bytes).to.have.lengthOf(15)
      expect(parseToBroadcaster(bytes, { beforeTracing: true })).to.deep.equal({
        type: 'SUBSCRIBE_EXACT',
        authorization: undefined,
        tracing: undefined,
        topic: TOPIC,
      })
    })

    it('has no authorization where there was none, and refuses to lose one', () => {
      const message = { type: 'CONFIRM_SUBSCRIBE_EXACT', topic: TOPIC } as const
      expect(toHex(serialize(message))).to.equal('000100020007666f6f2f626172')
      expect(caught(() => serialize({ ...message, authorization: 'Bearer x' })).code).to.equal('LONELY_UNWRITABLE')
    })

    it('calls the authorization of CONFIGURE x-authorization', () => {
      const message = {
        type: 'CONFIGURE',
        subscriberNonce: Buffer.alloc(32),
        enableZstd: false,
        enableTraining: false,
        initialDict: 0,
        authorization: 'a',
      } as const
      const bytes = serialize(message, { headers: 'expanded' })
      expect(bytes.toString('latin1')).to.contain('\0\x0fx-authorization\0\x01a')
      expect(codecs.CONFIGURE.parse(bytes, { beforeTracing: true })).to.deep.equal({ ...message, tracing: undefined })
    })

    it('has no count in CONFIRM_RECEIVE, where it meant one, and no digest in ENABLE_ZSTD_CUSTOM, where it is made', () => {
      const confirm = { type: 'CONFIRM_RECEIVE', identifier, numSubscribers: 1 } as const
      expect(toHex(serialize(confirm))).to.equal('0001000900026964')
      expect(codecs.CONFIRM_RECEIVE.parse(serialize(confirm), { beforeTracing: true })).to.include({
        numSubscribers: 1,
      })
      expect(caught(() => serialize({ ...confirm, numSubscribers: 2 })).code).to.equal('LONELY_UNWRITABLE')
      const bytes = hex('0001 000a 0001 05 0002 0003 0000 0000 0102')
      const enabled = codecs.ENABLE_ZSTD_CUSTOM.parse(bytes, { beforeTracing: true })
      expect(enabled.sha512).to.deep.equal(sha512(hex('0102')))
      expect(serialize(enabled)).to.deep.equal(bytes)
    })
  })

  describe('whatever they say', () => {
    it('come back as they were written, in both forms, and by their own codec as by that of all', () => {
      fc.assert(
        fc.property(anyMessage, fc.constantFrom('minimal' as const, 'expanded' as const), (message, headers) => {
          const codec = codecs[message.type]
          const bytes = serialize(message, { headers })
          expect(parse(message, bytes)).to.deep.equal(message)
          const parseAny = codec.direction === 'toBroadcaster' ? parseToBroadcaster : parseToSubscriber
          expect(parseAny(bytes)).to.deep.equal(message)
          expect(bytes.readUInt16BE(2)).to.equal(codec.id)
        }),
        { numRuns: 500 },
      )
    })

    it('come back as they were written with the headers before tracing', () => {
      const untraced = anyMessage.map((message) => withoutTracing(message))
      fc.assert(
        fc.property(untraced, fc.constantFrom('minimal' as const, 'expanded' as const), (message, headers) => {
          const bytes = serialize(message, { headers })
          expect(codecs[message.type].parse(bytes, { beforeTracing: true })).to.deep.equal(message)
        }),
        { numRuns: 300 },
      )
    })

    it('throw nothing but typed errors when the bytes are random, or a message with a few bytes changed', () => {
      const random = fc
        .tuple(fc.constantFrom(0, 1), fc.nat({ max: 14 }), fc.uint8Array({ maxLength: 200 }))
        .map(([flags, type, rest]) => Buffer.concat([Buffer.from([0, flags, 0, type]), rest]))
      const changed = fc
        .tuple(
          anyMessage,
          fc.boolean(),
          fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
          fc.nat({ max: 10 }),
        )
        .map(([message, expanded, changes, cut]) => {
          const bytes = serialize(message, { headers: expanded ? 'expanded' : 'minimal' })
          for (const [at, value] of changes) bytes[at % bytes.length] = value
          return bytes.subarray(0, bytes.length - cut)
        })
      fc.assert(
        fc.property(fc.oneof(random, changed, fc.uint8Array()), fc.boolean(), (bytes, beforeTracing) => {
          for (const read of [parseToBroadcaster, parseToSubscriber]) {
            try {
              read(bytes, { beforeTracing })
            } catch (error) {
              if (!(error instanceof TransportError) || error.code !== 'LONELY_MALFORMED') throw error
            }
          }
        }),
        { numRuns: 2_000 },
      )
    })
  })
})

/** The same message as it was before tracing: what had no place then is what it stands for. */
const withoutTracing = (message: LonelyMessage): LonelyMessage => {
  const bare = { ...message, tracing: undefined }
  switch (bare.type) {
    case 'CONFIGURE':
    case 'SUBSCRIBE_EXACT':
    case 'SUBSCRIBE_GLOB':
    case 'UNSUBSCRIBE_EXACT':
    case 'UNSUBSCRIBE_GLOB':
    case 'NOTIFY':
    case 'NOTIFY_STREAM':
    case 'RECEIVE_STREAM':
    case 'CONFIRM_CONFIGURE':
    case 'MISSED':
      return bare
    case 'CONFIRM_RECEIVE':
      return { ...bare, authorization: undefined, numSubscribers: 1 }
    case 'ENABLE_ZSTD_CUSTOM':
      return { ...bare, authorization: undefined, sha512: sha512(bare.dictionary) }
    default:
      return { ...bare, authorization: undefined }
  }
}
