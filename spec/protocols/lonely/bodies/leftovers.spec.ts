import { expect } from 'chai'
import type { Auth } from '@/protocols/lonely/index.js'
import { noAuth } from '@/protocols/lonely/auth/noAuth.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { Zstd } from '@/protocols/lonely/zstd.js'
import { TransportError } from '@/errors.js'
import { codeOf } from '../../../support/codeOf.js'
import { Gate } from '../../../support/gate.js'
import {
  CONFIGURE,
  NO_BYTES,
  notifyFirst,
  notifyLater,
  notifyOf,
  receiveFirst,
  subscribeTo,
} from '../../../support/lonelySamples.js'
import { BroadcasterBench, SubscriberEnd } from '../../../support/lonelySessions.js'
import { rejection } from '../../../support/rejection.js'
import { turns } from '../../../support/turns.js'

const NOTHING = { memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 }

/** As with a dictionary that zstd does not like. */
const BROKEN_ZSTD: Zstd = {
  from: 'node:zlib',
  compress: () => {
    throw new Error('the dictionary is corrupted')
  },
  decompress: (frame) => Buffer.from(frame),
}
const ENABLE = {
  type: 'ENABLE_ZSTD_PRESET',
  tracing: NO_BYTES,
  identifier: 1n,
  compressionLevel: 3,
  minSize: 0,
  maxSize: 1_000n,
} as const

/** Says yes to everything, but to what comes behind `free` checks only when the gate is open. */
const slowAuth = (gate: Gate, free: number): Auth => {
  let checks = 0
  const check = async () => {
    if (++checks > free) await gate.pass()
    return 'ok' as const
  }
  return { toBroadcaster: { ...noAuth(), check }, toSubscriber: { ...noAuth(), check } }
}

/** A body in a file that has become shorter. */
const unreadable: Body = {
  size: 1_000_000,
  digest: Buffer.alloc(64),
  bytes: undefined,
  read: () => Promise.reject(new TransportError('BODY_FAILED')),
  retain: () => {},
  release: () => {},
}

describe('of a body nothing is left', () => {
  it('when the application cannot be given what a subscriber has received', async () => {
    const room = (): never => {
      throw new TransportError('MATCH_TOO_COSTLY')
    }
    const end = await SubscriberEnd.configured({}, { room })
    await end.hear(receiveFirst('ab', 'ab'))
    expect(codeOf(end.failure)).to.equal('MATCH_TOO_COSTLY')
    expect(end.context.bodies.held).to.deep.equal(NOTHING)
  })

  it('when a subscriber ends while the authorization of its first part is checked', async () => {
    const gate = new Gate()
    const end = await SubscriberEnd.configured({ auth: slowAuth(gate, 1) })
    const heard = end.hear(receiveFirst('a', 'ab'))
    await gate.reached
    end.session.end(new TransportError('CLOSED'))
    gate.open()
    await heard
    expect(end.context.bodies.held).to.deep.equal(NOTHING)
  })

  it('when a notifier goes while the authorization of a later part is checked', async () => {
    const gate = new Gate()
    const bench = await BroadcasterBench.open({ auth: slowAuth(gate, 2) })
    const end = await bench.configured()
    await end.hear(notifyFirst('a', 'abc'), notifyLater(1n, 'b'))
    await gate.reached
    end.session.end()
    gate.open()
    await turns(3)
    expect(bench.bodies.held).to.deep.equal(NOTHING)
  })

  it('when a broadcaster cannot compress it; the connection that was to get it ends', async () => {
    const presets = [{ id: 1, level: 3, minSize: 0, maxSize: 1_000n, dictionary: undefined }]
    const bench = await BroadcasterBench.open({ presets }, BROKEN_ZSTD)
    const [listener, notifier] = [await bench.configured({ ...CONFIGURE, enableZstd: true }), await bench.configured()]
    await listener.hear(subscribeTo('t'))
    await notifier.hear(notifyOf('body', 't'))
    expect(listener.failure?.message).to.equal('the dictionary is corrupted')
    expect(notifier.types).to.include('CONFIRM_NOTIFY')
    expect(bench.bodies.held).to.deep.equal(NOTHING)
  })

  it('when a subscriber cannot compress it; whoever notified it hears why', async () => {
    const end = await SubscriberEnd.configured({}, { zstd: BROKEN_ZSTD })
    await end.hear(ENABLE)
    const failure = await end.notify('t', Buffer.from('body')).catch((error: unknown) => error)
    expect(String(failure)).to.equal('Error: the dictionary is corrupted')
    await turns(3)
    expect(end.context.bodies.held).to.deep.equal(NOTHING)
  })
})

describe('a body that cannot be read any more', () => {
  it('fails alone: what else was not confirmed fails with an error after which it is sent again', async () => {
    const end = await SubscriberEnd.configured()
    const [before, bad] = [
      rejection(end.notify('t', Buffer.from('body'))),
      rejection(end.session.notify(Buffer.from('t'), unreadable)),
    ]
    expect([(await before).code, (await bad).code]).to.deep.equal(['CONNECTION_BROKEN', 'BODY_FAILED'])
    expect(codeOf(end.failure)).to.equal('CONNECTION_BROKEN')
  })
})
