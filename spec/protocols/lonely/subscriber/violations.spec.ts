import { expect } from 'chai'
import { BodyStore } from '@/protocols/lonely/bodies/bodyStore.js'
import { serialize, sha512, type ToSubscriber } from '@/protocols/lonely/index.js'
import { noAuth } from '@/protocols/lonely/auth/noAuth.js'
import { subscriberSettings } from '@/protocols/lonely/subscriber/subscriberOptions.js'
import { SubscriberSession } from '@/protocols/lonely/subscriber/subscriberSession.js'
import { TransportError } from '@/errors.js'
import { codeOf } from '../../../support/codeOf.js'
import { ManualClock } from '../../../support/manualClock.js'
import { rejection } from '../../../support/rejection.js'

const NONE = Buffer.alloc(0)
const ID = Buffer.from('id')
const TOPIC = Buffer.from('t')
const CONFIRM: ToSubscriber = { type: 'CONFIRM_CONFIGURE', tracing: NONE, broadcasterNonce: Buffer.alloc(32) }
const start = (text: string, size = text.length) => ({
  topic: TOPIC,
  compressedLength: BigInt(size),
  sha512: sha512(Buffer.from(text)),
})
const first = (payload: string, announced: ReturnType<typeof start>): ToSubscriber => ({
  type: 'RECEIVE_STREAM',
  tracing: NONE,
  identifier: ID,
  partId: 0n,
  start: announced,
  payload: Buffer.from(payload),
})
const later = (partId: bigint, payload: string, identifier = ID): ToSubscriber => ({
  type: 'RECEIVE_STREAM',
  tracing: NONE,
  identifier,
  partId,
  payload: Buffer.from(payload),
})
const ENABLE: ToSubscriber = {
  type: 'ENABLE_ZSTD_PRESET',
  tracing: NONE,
  identifier: 1n,
  compressionLevel: 3,
  minSize: 0,
  maxSize: 10n,
}

/** A session that has sent CONFIGURE, and what it said since. */
const session = () => {
  const clock = new ManualClock()
  const settings = subscriberSettings({ broadcasters: ['127.0.0.1:1'], maxBodyBytes: 1_000 })
  const failures: Error[] = []
  const received: string[] = []
  const it = new SubscriberSession(
    {
      settings,
      auth: { toBroadcaster: noAuth(), toSubscriber: noAuth() },
      bodies: new BodyStore(settings),
      clock,
      zstd: undefined,
      random: (bytes) => Buffer.alloc(bytes),
      nowMs: () => 0,
    },
    { send: () => {}, failed: (error) => void failures.push(error) },
    { received: (_topic, body) => void received.push(String(body.bytes)), missed: () => {} },
  )
  return { it, started: it.start(), clock, failures, received }
}

const CASES: readonly [what: string, messages: readonly ToSubscriber[], code: string][] = [
  ['anything before CONFIRM_CONFIGURE', [ENABLE], 'LONELY_UNEXPECTED'],
  ['a second CONFIRM_CONFIGURE', [CONFIRM, CONFIRM], 'LONELY_UNEXPECTED'],
  [
    'a confirmation of nothing',
    [CONFIRM, { type: 'CONFIRM_NOTIFY', tracing: NONE, identifier: ID, subscribers: 1n }],
    'LONELY_UNEXPECTED',
  ],
  ['a body with another digest', [CONFIRM, first('ab', start('xy'))], 'BODY_MISMATCH'],
  ['a body in parts with another digest', [CONFIRM, first('a', start('ab')), later(1n, 'c')], 'BODY_MISMATCH'],
  ['more than was announced', [CONFIRM, first('a', start('ab')), later(1n, 'bc')], 'BODY_MISMATCH'],
  ['a part out of place', [CONFIRM, first('a', start('abc')), later(2n, 'b')], 'LONELY_UNEXPECTED'],
  ['a part of another body', [CONFIRM, first('a', start('abc')), later(1n, 'b', TOPIC)], 'LONELY_UNEXPECTED'],
  ['a part of no body', [CONFIRM, later(1n, 'b')], 'LONELY_UNEXPECTED'],
  ['a body inside a body', [CONFIRM, first('a', start('ab')), first('a', start('ab'))], 'LONELY_UNEXPECTED'],
  ['a body beyond the bound', [CONFIRM, first('a', start('a', 1_001))], 'BODY_TOO_LARGE'],
  ['a compressor that was not asked for', [CONFIRM, ENABLE], 'LONELY_UNEXPECTED'],
]

describe('a subscriber does not go on after', () => {
  for (const [what, messages, code] of CASES) {
    it(`${what}: ${code}`, async () => {
      const { it: own, started, received } = session()
      const said = async (): Promise<void> => {
        for (const message of messages) await own.receive(serialize(message))
      }
      expect(codeOf(await rejection(said()))).to.equal(code)
      expect(received).to.deep.equal([])
      own.end(new Error('closed'))
      await started.catch(() => {})
    })
  }

  it('silence in the place of CONFIRM_CONFIGURE', async () => {
    const { started, clock, failures } = session()
    clock.advance(5_000)
    expect(codeOf(await rejection(started))).to.equal('LONELY_TIMEOUT')
    expect(failures.map(codeOf)).to.deep.equal(['LONELY_TIMEOUT'])
  })

  it('the wrong answer to a request, which fails with it', async () => {
    const { it: own, started } = session()
    await own.receive(serialize(CONFIRM))
    await started
    const asked = rejection(own.subscribe({ topic: TOPIC }))
    const wrong = async (): Promise<void> =>
      own.receive(serialize({ type: 'CONFIRM_SUBSCRIBE_EXACT', tracing: NONE, topic: ID }))
    expect(codeOf(await rejection(wrong()))).to.equal('LONELY_UNEXPECTED')
    expect(codeOf(await asked)).to.equal('LONELY_UNEXPECTED')
  })

  it('its end: nothing is asked any more', async () => {
    const { it: own, started } = session()
    await own.receive(serialize(CONFIRM))
    await started
    const waiting = rejection(own.subscribe({ glob: '*' }))
    const error = new TransportError('CLOSED')
    own.end(error)
    expect(await waiting).to.equal(error)
    expect(await rejection(own.subscribe({ glob: '*' }))).to.equal(error)
  })
})
