import { expect } from 'chai'
import { TransportError } from '@/errors.js'
import { InProcessRelay } from '@/protocols/lonely/broadcaster/inProcessRelay.js'
import { codeOf } from '../../support/codeOf.js'
import { Gate } from '../../support/gate.js'
import {
  notifyFirst,
  notifyLater,
  notifyOf,
  receiveFirst,
  receiveLater,
  subscribeTo,
} from '../../support/lonelySamples.js'
import { BroadcasterBench, SubscriberEnd } from '../../support/lonelySessions.js'
import { rejection } from '../../support/rejection.js'
import { turns } from '../../support/turns.js'

/** What the other end did not do, or nothing. */
const awaited = (failure: Error | undefined): unknown =>
  failure instanceof TransportError && failure.code === 'LONELY_TIMEOUT' ? failure.detail['awaits'] : failure

const PART = 'the next part of a body'

describe('a broadcaster', () => {
  it('ends a notification that has begun and does not go on, and keeps nothing of it', async () => {
    const bench = await BroadcasterBench.open({ partTimeoutMs: 1_000 })
    const end = await bench.configured()
    await end.hear(notifyFirst('abc', 'abcdef'))
    expect(bench.bodies.held.memoryBytes).to.equal(3)
    bench.clock.advance(999)
    expect(end.failure).to.equal(undefined)
    bench.clock.advance(1)
    expect(awaited(end.failure)).to.equal(PART)
    expect(bench.bodies.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
  })

  it('gives each part as much time, and none when the body is whole', async () => {
    const bench = await BroadcasterBench.open({ partTimeoutMs: 1_000 })
    const end = await bench.configured()
    await end.hear(notifyFirst('a', 'abc'))
    for (const [partId, text] of ['b', 'c'].entries()) {
      bench.clock.advance(900)
      await end.hear(notifyLater(BigInt(partId + 1), text))
    }
    bench.clock.advance(100_000)
    expect(end.failure).to.equal(undefined)
    expect(end.types.slice(1)).to.deep.equal(['CONTINUE_NOTIFY', 'CONTINUE_NOTIFY', 'CONFIRM_NOTIFY'])
  })

  it('does not count the time in which it is itself at work', async () => {
    const gate = new Gate()
    const relay = new InProcessRelay()
    const slow = {
      guarantees: relay.guarantees,
      join: (member: Parameters<InProcessRelay['join']>[0]) => ({
        ...relay.join(member),
        publish: () => gate.pass().then(() => 0),
      }),
    }
    const bench = await BroadcasterBench.open({ partTimeoutMs: 1_000, relay: slow })
    const end = await bench.configured()
    await end.hear(notifyFirst('a', 'abc'), notifyOf('between'), notifyLater(1n, 'b'))
    bench.clock.advance(5_000)
    expect(end.failure).to.equal(undefined)
    gate.open()
    await turns(3)
    bench.clock.advance(999)
    expect(end.failure).to.equal(undefined)
    bench.clock.advance(1_000)
    expect(awaited(end.failure)).to.equal(PART)
  })

  it('does not count the time in which it holds answers behind a body that is not acknowledged', async () => {
    const bench = await BroadcasterBench.open({ partTimeoutMs: 1_000, windowMessages: 1, maxSendBytes: 1_024 })
    const end = await bench.configured()
    await end.hear(subscribeTo('t'), notifyOf('x'.repeat(2_000)), notifyFirst('a', 'abc'))
    bench.clock.advance(5_000)
    expect(end.failure).to.equal(undefined)
    expect(end.types).not.to.include('CONTINUE_NOTIFY')
    expect(await end.acknowledge()).to.equal(3)
    expect(end.types.slice(-2)).to.deep.equal(['CONFIRM_NOTIFY', 'CONTINUE_NOTIFY'])
    bench.clock.advance(2_000)
    expect(awaited(end.failure)).to.equal(PART)
  })

  it('ends a subscriber that acknowledges nothing, however little waits for it; the others stay', async () => {
    const bench = await BroadcasterBench.open({ acknowledgeTimeoutMs: 1_000 })
    const [silent, other] = [await bench.configured(), await bench.configured()]
    await silent.hear(subscribeTo('t'))
    await other.hear(subscribeTo('t'), notifyOf('one'))
    expect(await other.acknowledge()).to.equal(1)
    bench.clock.advance(999)
    expect(silent.failure).to.equal(undefined)
    bench.clock.advance(1)
    expect(awaited(silent.failure)).to.equal('an acknowledgement')
    expect(other.failure).to.equal(undefined)
    expect(bench.bodies.held.memoryBytes).to.equal(0)
  })

  it('waits as long again for each acknowledgement, and for none when all have come', async () => {
    const bench = await BroadcasterBench.open({ acknowledgeTimeoutMs: 1_000 })
    const end = await bench.configured()
    await end.hear(subscribeTo('t'), notifyOf('one'), notifyOf('two'), notifyOf('three'))
    for (let i = 0; i < 3; i++) {
      bench.clock.advance(900)
      expect(await end.acknowledge(1)).to.equal(1)
    }
    bench.clock.advance(100_000)
    expect(end.failure).to.equal(undefined)
  })
})

describe('a subscriber that takes nothing, as the bounds are unless others are given', () => {
  it('has 64 messages under way and 255 waiting; whoever brings the next waits for 5 s, then it is slow', async () => {
    const bench = await BroadcasterBench.open()
    const [silent, other] = [await bench.configured(), await bench.configured()]
    await silent.hear(subscribeTo('t'))
    await other.hear(...Array.from({ length: 320 }, () => notifyOf('x')))
    expect(silent.session.backlog).to.deep.equal({ queued: 255, unacknowledged: 64 })
    expect(other.of('CONFIRM_NOTIFY')).to.have.lengthOf(319)
    bench.clock.advance(4_999)
    expect(silent.failure).to.equal(undefined)
    bench.clock.advance(1)
    expect(codeOf(silent.failure)).to.equal('SUBSCRIBER_SLOW')
    await turns(3)
    expect(
      other
        .of('CONFIRM_NOTIFY')
        .map(({ subscribers }) => subscribers)
        .slice(-2),
    ).to.deep.equal([1n, 0n])
  })
})

describe('a subscriber', () => {
  it('ends a connection on which a body has begun and does not go on, and keeps nothing of it', async () => {
    const end = await SubscriberEnd.configured({ partTimeoutMs: 1_000 })
    await end.hear(receiveFirst('a', 'abc'))
    end.clock.advance(900)
    await end.hear(receiveLater(1n, 'b'))
    end.clock.advance(999)
    expect(end.failure).to.equal(undefined)
    end.clock.advance(1)
    expect(awaited(end.failure)).to.equal(PART)
    expect(end.context.bodies.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
  })

  it('does not count the time in which the application has no room, so that nothing is acknowledged', async () => {
    let freed = (): void => {}
    const room = () => new Promise<void>((resolve) => (freed = resolve))
    const end = await SubscriberEnd.configured({ partTimeoutMs: 1_000, confirmTimeoutMs: 1_000 }, { room })
    await end.hear(receiveFirst('abc', 'abc'), receiveFirst('a', 'abc'))
    const asked = end.session.subscribe({ glob: '*' })
    asked.catch(() => {})
    end.clock.advance(5_000)
    expect(end.failure).to.equal(undefined)
    freed()
    await turns(3)
    expect(end.types.slice(-2)).to.deep.equal(['CONFIRM_RECEIVE', 'CONTINUE_RECEIVE'])
    end.clock.advance(2_000)
    expect(end.failure).not.to.equal(undefined)
  })

  for (const what of ['subscribe', 'unsubscribe', 'notify', 'notify in parts'] as const) {
    it(`ends a connection on which no answer comes to ${what}, which fails with it`, async () => {
      const end = await SubscriberEnd.configured({ confirmTimeoutMs: 1_000, maxSendBytes: 1_024 })
      const asked =
        what === 'subscribe' || what === 'unsubscribe'
          ? end.session[what]({ topic: Buffer.from('t') })
          : end.notify('t', Buffer.alloc(what === 'notify' ? 10 : 9_000))
      const failed = rejection(asked)
      await turns(3)
      end.clock.advance(999)
      expect(end.failure).to.equal(undefined)
      end.clock.advance(1)
      expect(awaited(end.failure)).to.equal('a confirmation')
      expect(codeOf(await failed)).to.equal('LONELY_TIMEOUT')
    })
  }

  it('waits as long again for each answer, and for none when all have come', async () => {
    const end = await SubscriberEnd.configured({ confirmTimeoutMs: 1_000 })
    const reached = Promise.all(['1', '2', '3'].map((body) => end.notify('t', Buffer.from(body))))
    await turns(3)
    for (const { identifier } of end.of('NOTIFY')) {
      end.clock.advance(900)
      await end.hear({ type: 'CONFIRM_NOTIFY', tracing: Buffer.alloc(0), identifier, subscribers: 7n })
    }
    expect(await reached).to.deep.equal([7, 7, 7])
    end.clock.advance(100_000)
    expect(end.failure).to.equal(undefined)
  })
})
