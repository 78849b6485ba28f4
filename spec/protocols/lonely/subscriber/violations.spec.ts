import { expect } from 'chai'
import type { ToSubscriber } from '@/protocols/lonely/index.js'
import { TransportError } from '@/errors.js'
import { codeOf } from '../../../support/codeOf.js'
import {
  CONFIRM_CONFIGURE,
  IDENTIFIER,
  NO_BYTES,
  receiveFirst,
  receiveLater,
  TOPIC,
} from '../../../support/lonelySamples.js'
import { SubscriberEnd } from '../../../support/lonelySessions.js'
import { rejection } from '../../../support/rejection.js'

const ENABLE: ToSubscriber = {
  type: 'ENABLE_ZSTD_PRESET',
  tracing: NO_BYTES,
  identifier: 1n,
  compressionLevel: 3,
  minSize: 0,
  maxSize: 10n,
}

const CASES: readonly [what: string, messages: readonly ToSubscriber[], code: string][] = [
  ['anything before CONFIRM_CONFIGURE', [ENABLE], 'LONELY_UNEXPECTED'],
  ['a second CONFIRM_CONFIGURE', [CONFIRM_CONFIGURE, CONFIRM_CONFIGURE], 'LONELY_UNEXPECTED'],
  [
    'a confirmation of nothing',
    [CONFIRM_CONFIGURE, { type: 'CONFIRM_NOTIFY', tracing: NO_BYTES, identifier: IDENTIFIER, subscribers: 1n }],
    'LONELY_UNEXPECTED',
  ],
  ['a body with another digest', [CONFIRM_CONFIGURE, receiveFirst('ab', 'xy')], 'BODY_MISMATCH'],
  [
    'a body in parts with another digest',
    [CONFIRM_CONFIGURE, receiveFirst('a', 'ab'), receiveLater(1n, 'c')],
    'BODY_MISMATCH',
  ],
  ['more than was announced', [CONFIRM_CONFIGURE, receiveFirst('a', 'ab'), receiveLater(1n, 'bc')], 'BODY_MISMATCH'],
  ['a part out of place', [CONFIRM_CONFIGURE, receiveFirst('a', 'abc'), receiveLater(2n, 'b')], 'LONELY_UNEXPECTED'],
  [
    'a part of another body',
    [CONFIRM_CONFIGURE, receiveFirst('a', 'abc'), receiveLater(1n, 'b', TOPIC)],
    'LONELY_UNEXPECTED',
  ],
  ['a part of no body', [CONFIRM_CONFIGURE, receiveLater(1n, 'b')], 'LONELY_UNEXPECTED'],
  ['a body inside a body', [CONFIRM_CONFIGURE, receiveFirst('a', 'ab'), receiveFirst('a', 'ab')], 'LONELY_UNEXPECTED'],
  ['a body beyond the bound', [CONFIRM_CONFIGURE, receiveFirst('a', 'a', 1_001)], 'BODY_TOO_LARGE'],
  ['a compressor that was not asked for', [CONFIRM_CONFIGURE, ENABLE], 'LONELY_UNEXPECTED'],
]

describe('a subscriber does not go on after', () => {
  for (const [what, messages, code] of CASES) {
    it(`${what}: ${code}`, async () => {
      const end = new SubscriberEnd({ maxBodyBytes: 1_000 })
      await end.hear(...messages)
      expect(codeOf(end.failure)).to.equal(code)
      expect(end.received).to.deep.equal([])
    })
  }

  it('silence in the place of CONFIRM_CONFIGURE', async () => {
    const end = new SubscriberEnd()
    end.clock.advance(5_000)
    expect(codeOf(await rejection(end.started))).to.equal('LONELY_TIMEOUT')
    expect(codeOf(end.failure)).to.equal('LONELY_TIMEOUT')
  })

  it('the wrong answer to a request, which fails with it', async () => {
    const end = await SubscriberEnd.configured()
    const asked = rejection(end.session.subscribe({ topic: TOPIC }))
    await end.hear({ type: 'CONFIRM_SUBSCRIBE_EXACT', tracing: NO_BYTES, topic: IDENTIFIER })
    expect(codeOf(end.failure)).to.equal('LONELY_UNEXPECTED')
    expect(codeOf(await asked)).to.equal('LONELY_UNEXPECTED')
  })

  it('its end: nothing is asked any more', async () => {
    const { session } = await SubscriberEnd.configured()
    const waiting = rejection(session.subscribe({ glob: '*' }))
    const error = new TransportError('CLOSED')
    session.end(error)
    expect(await waiting).to.equal(error)
    expect(await rejection(session.subscribe({ glob: '*' }))).to.equal(error)
  })
})
