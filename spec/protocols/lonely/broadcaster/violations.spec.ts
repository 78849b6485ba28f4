import { expect } from 'chai'
import type { ToBroadcaster } from '@/protocols/lonely/index.js'
import { serialize } from '@/protocols/lonely/index.js'
import { codeOf } from '../../../support/codeOf.js'
import {
  CONFIGURE,
  confirmReceive,
  IDENTIFIER,
  notifyFirst,
  notifyLater,
  notifyOf,
  subscribeTo,
  subscribeToGlob,
  unsubscribeFrom,
} from '../../../support/lonelySamples.js'
import { freed } from '../../../support/garbage.js'
import { LonelyStage } from '../../../support/lonelyPair.js'
import { BroadcasterBench, type BroadcasterEnd } from '../../../support/lonelySessions.js'
import { ManualClock } from '../../../support/manualClock.js'
import { RawPeer } from '../../../support/rawPeer.js'

const SUBSCRIBE = subscribeTo('t')

const framed = (message: ToBroadcaster): Buffer => {
  const bytes = serialize(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

const CASES: readonly [what: string, messages: readonly ToBroadcaster[], code: string][] = [
  ['an acknowledgement of nothing', [confirmReceive(IDENTIFIER)], 'LONELY_UNEXPECTED'],
  [
    'the acknowledgement of another body',
    [SUBSCRIBE, notifyOf('x'), confirmReceive(Buffer.from('other'))],
    'LONELY_UNEXPECTED',
  ],
  ['a part of no stream', [notifyLater(1n, 'a')], 'LONELY_UNEXPECTED'],
  ['a stream inside a stream', [notifyFirst('a', 'ab'), notifyFirst('a', 'ab')], 'LONELY_UNEXPECTED'],
  ['a part too many bytes long', [notifyFirst('a', 'ab'), notifyLater(1n, 'bc')], 'BODY_MISMATCH'],
  ['a stream with another digest', [notifyFirst('a', 'ab'), notifyLater(1n, 'c')], 'BODY_MISMATCH'],
  ['an announced body beyond the bound', [notifyFirst('a', 'ab', 2 ** 33)], 'BODY_TOO_LARGE'],
  [
    'a compressed body where nothing is',
    [{ ...notifyOf('x'), compression: { compressorId: 1n, decompressedLength: 5n } }],
    'LONELY_UNEXPECTED',
  ],
  ['one subscription too many', ['t', 'id', 'ab'].map(subscribeTo), 'SUBSCRIPTION_LIMIT'],
  [
    'topics that are too long together',
    ['x'.repeat(40_000), 'y'.repeat(40_000)].map(subscribeTo),
    'SUBSCRIPTION_LIMIT',
  ],
  ['a glob with too many stars', [subscribeToGlob('*a'.repeat(40))], 'GLOB_REFUSED'],
]

describe('a broadcaster closes the connection, and only that, on', () => {
  for (const [what, messages, code] of CASES) {
    it(`${what}: ${code}`, async () => {
      await using stage = await LonelyStage.open('length prefix', {
        maxSubscriptions: 2,
        maxSubscriptionBytes: 50_000,
        zstd: 'off',
      })
      const other = stage.subscriber()
      await other.connect()
      await using peer = await RawPeer.connect(stage.broadcaster.address.port)
      for (const message of [CONFIGURE, ...messages]) peer.send(framed(message))
      await peer.ended
      while (stage.broadcaster.ends.length === 0) await new Promise((resolve) => setImmediate(resolve))
      expect(stage.broadcaster.ends.map(codeOf)).to.deep.equal([code])
      expect(await other.notify('t', 'x')).to.equal(0)
      expect(stage.broadcaster.bodies).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
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
  const stalled = async (): Promise<BroadcasterEnd> => {
    const bench = await BroadcasterBench.open({ maxSendBytes: 1_024, windowMessages: 1 })
    const end = await bench.configured()
    await end.hear(SUBSCRIBE, notifyOf('x'.repeat(5_000)))
    return end
  }

  it('is slow when 4,096 answers wait for the end of that body', async () => {
    const end = await stalled()
    const other = serialize(notifyOf('x', 'ab'))
    for (let i = 0; i < 4_095; i++) void end.session.receive(other)
    expect(end.failure).to.equal(undefined)
    void end.session.receive(other)
    expect(codeOf(end.failure)).to.equal('SUBSCRIBER_SLOW')
  })

  it('is slow when the topics in them have more than 4 MiB', async () => {
    const end = await stalled()
    for (let i = 0; i < 32 && end.failure === undefined; i++) {
      const topic = String(i).padEnd(65_535, 'x')
      await end.hear(subscribeTo(topic), unsubscribeFrom(topic))
    }
    expect(end.failure).to.equal(undefined)
    await end.hear(notifyOf('x', 'z'.repeat(65_535)), notifyOf('x', 'z'.repeat(65_535)))
    expect(codeOf(end.failure)).to.equal('SUBSCRIBER_SLOW')
  })

  it('keeps alive nothing of what it sent but those topics', async () => {
    const end = await stalled()
    const sent: WeakRef<object>[] = []
    for (let i = 0; i < 4; i++) {
      const message = serialize(notifyOf(Buffer.alloc(100_000), 'ab'))
      sent.push(new WeakRef(message.buffer))
      await end.hear(message)
    }
    await end.hear(notifyOf('x', 'ab'))
    expect(end.session.backlog).to.deep.equal({ queued: 1, unacknowledged: 1 })
    // The last one may still be on the stack.
    expect(await freed(sent)).to.be.at.least(3)
  })
})
