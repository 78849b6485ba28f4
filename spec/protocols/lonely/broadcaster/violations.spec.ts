import { expect } from 'chai'
import type { ToBroadcaster } from '@/protocols/lonely/index.js'
import { serialize, sha512 } from '@/protocols/lonely/index.js'
import { codeOf } from '../../../support/codeOf.js'
import { LonelyStage } from '../../../support/lonelyPair.js'
import { ManualClock } from '../../../support/manualClock.js'
import { RawPeer } from '../../../support/rawPeer.js'

const NONE = Buffer.alloc(0)
const ID = Buffer.from('id')
const TOPIC = Buffer.from('t')
const CONFIGURE: ToBroadcaster = {
  type: 'CONFIGURE',
  tracing: NONE,
  subscriberNonce: Buffer.alloc(32),
  enableZstd: false,
  enableTraining: false,
  initialDict: 0,
}
const start = (bytes: Buffer, size = bytes.length) => ({
  topic: TOPIC,
  compressedLength: BigInt(size),
  sha512: sha512(bytes),
})
const part = (partId: number, payload: string, first?: ReturnType<typeof start>): ToBroadcaster =>
  first === undefined
    ? { type: 'NOTIFY_STREAM', tracing: NONE, identifier: ID, partId: BigInt(partId), payload: Buffer.from(payload) }
    : { type: 'NOTIFY_STREAM', tracing: NONE, identifier: ID, partId: 0n, start: first, payload: Buffer.from(payload) }
const SUBSCRIBE: ToBroadcaster = { type: 'SUBSCRIBE_EXACT', tracing: NONE, topic: TOPIC }
const NOTIFY: ToBroadcaster = {
  type: 'NOTIFY',
  tracing: NONE,
  identifier: ID,
  topic: TOPIC,
  sha512: sha512(Buffer.from('x')),
  payload: Buffer.from('x'),
}
const ab = Buffer.from('ab')

const framed = (message: ToBroadcaster): Buffer => {
  const bytes = serialize(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

const CASES: readonly [what: string, messages: readonly ToBroadcaster[], code: string][] = [
  [
    'an acknowledgement of nothing',
    [{ type: 'CONFIRM_RECEIVE', tracing: NONE, identifier: ID, numSubscribers: 1 }],
    'LONELY_UNEXPECTED',
  ],
  [
    'the acknowledgement of another body',
    [
      SUBSCRIBE,
      NOTIFY,
      { type: 'CONFIRM_RECEIVE', tracing: NONE, identifier: Buffer.from('other'), numSubscribers: 1 },
    ],
    'LONELY_UNEXPECTED',
  ],
  ['a part of no stream', [part(1, 'a')], 'LONELY_UNEXPECTED'],
  ['a stream inside a stream', [part(0, 'a', start(ab)), part(0, 'a', start(ab))], 'LONELY_UNEXPECTED'],
  ['a part too many bytes long', [part(0, 'a', start(ab)), part(1, 'bc')], 'BODY_MISMATCH'],
  ['a stream with another digest', [part(0, 'a', start(ab)), part(1, 'c')], 'BODY_MISMATCH'],
  ['an announced body beyond the bound', [part(0, 'a', start(ab, 2 ** 33))], 'BODY_TOO_LARGE'],
  [
    'a compressed body where nothing is',
    [{ ...NOTIFY, compression: { compressorId: 1n, decompressedLength: 5n } }],
    'LONELY_UNEXPECTED',
  ],
  [
    'one subscription too many',
    [SUBSCRIBE, { ...SUBSCRIBE, topic: ID }, { ...SUBSCRIBE, topic: ab }],
    'SUBSCRIPTION_LIMIT',
  ],
  ['a glob with too many stars', [{ type: 'SUBSCRIBE_GLOB', tracing: NONE, glob: '*a'.repeat(40) }], 'GLOB_REFUSED'],
]

describe('a broadcaster closes the connection, and only that, on', () => {
  for (const [what, messages, code] of CASES) {
    it(`${what}: ${code}`, async () => {
      await using stage = await LonelyStage.open('length prefix', { maxSubscriptions: 2, zstd: 'off' })
      const other = stage.subscriber()
      await other.connect()
      await using peer = await RawPeer.connect(stage.broadcaster.address.port)
      for (const message of [CONFIGURE, ...messages]) peer.send(framed(message))
      await peer.ended
      while (stage.broadcaster.ends.length === 0) await new Promise((resolve) => setImmediate(resolve))
      expect(stage.broadcaster.ends.map(codeOf)).to.deep.equal([code])
      expect(await other.notify('t', 'x')).to.equal(0)
      expect(stage.broadcaster.bodies).to.deep.equal({ memoryBytes: 0, spoolBytes: 0 })
      expect(stage.broadcaster.patterns).to.equal(0)
    })
  }

  it('silence in the place of CONFIGURE', async () => {
    const clock = new ManualClock()
    await using stage = await LonelyStage.open('length prefix', { clock })
    await using peer = await RawPeer.connect(stage.broadcaster.address.port)
    await clock.passUntil(peer.ended, 100)
    while (stage.broadcaster.ends.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(stage.broadcaster.ends.map(codeOf)).to.deep.equal(['LONELY_TIMEOUT'])
    expect(clock.now()).to.be.at.least(5_000)
  })
})

describe('a subscriber that asks on and on in the middle of a body, and acknowledges nothing', () => {
  it('is slow when 4,096 answers wait for the end of that body', async () => {
    await using stage = await LonelyStage.open('length prefix', { maxSendBytes: 1_024, windowMessages: 1, zstd: 'off' })
    await using peer = await RawPeer.connect(stage.broadcaster.address.port)
    const long = Buffer.alloc(5_000, 'x')
    for (const message of [CONFIGURE, SUBSCRIBE, { ...NOTIFY, payload: long, sha512: sha512(long) }])
      peer.send(framed(message))
    const other = framed({ ...NOTIFY, topic: ab })
    peer.send(Buffer.concat(Array.from({ length: 4_200 }, () => other)))
    while (stage.broadcaster.ends.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(stage.broadcaster.ends.map(codeOf)).to.deep.equal(['SUBSCRIBER_SLOW'])
  })
})
