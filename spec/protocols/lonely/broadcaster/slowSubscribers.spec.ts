import { expect } from 'chai'
import type { Received } from '@/protocols/lonely/subscriber/received.js'
import { codeOf } from '../../../support/codeOf.js'
import { Gate } from '../../../support/gate.js'
import { LonelyStage, type WatchedSubscriber } from '../../../support/lonelyPair.js'
import { ManualClock } from '../../../support/manualClock.js'
import { rejection } from '../../../support/rejection.js'

const OTHERS = 49
/** Shorter than usual, so that few messages fill it. */
const QUEUE = 30
const MESSAGES = 50

/** Subscribes and takes the first message only. */
const stall = async (subscriber: WatchedSubscriber, topic: string, held: Gate): Promise<string[]> => {
  const seen: string[] = []
  await subscriber.subscribe(topic, async (message: Received) => {
    seen.push((await message.text()) + (message.gap === undefined ? '' : ` after ${message.gap.reason}`))
    await held.pass()
  })
  return seen
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i))

describe('50 subscribers, one of them stalled', () => {
  const open = async (options: object) => {
    const clock = new ManualClock()
    const stage = await LonelyStage.open('handshake framing', {
      clock,
      idleTimeoutMs: 0,
      windowMessages: 3,
      maxQueuedMessages: QUEUE,
      slowAfterMs: 1_000,
      ...options,
    })
    const seen: string[][] = []
    for (let i = 0; i < OTHERS; i++) {
      const texts: string[] = []
      seen.push(texts)
      await stage.subscriber().subscribe('t', async (message) => void texts.push(await message.text()))
    }
    const notifier = stage.subscriber()
    /** One after the other, so that nobody's queue fills but that of the stalled one. */
    const notifyAll = async (): Promise<number[]> => {
      const counts: number[] = []
      for (const text of numbers(MESSAGES)) counts.push(await clock.passUntil(notifier.notify('t', text), 100))
      return counts
    }
    return { stage, seen, notifyAll, notifier, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() }
  }

  it('the others get everything, and the stalled one is disconnected when its queue is full', async function () {
    this.timeout(60_000)
    await using scene = await open({})
    const { stage, seen, notifyAll, notifier } = scene
    const held = new Gate()
    const stalled = stage.subscriber({
      maxWaitingMessages: 1,
      maxAttempts: 1,
      retryBaseMs: 2 ** 30,
      retryCapMs: 2 ** 31 - 1,
    })
    const taken = await stall(stalled, 't', held)
    const counts = await notifyAll()
    await stalled.happened('lost')
    for (const one of stage.broadcaster.activeConnections.values()) expect(one.backlog.queued).to.be.lessThan(QUEUE)
    expect(stage.broadcaster.ends.map(codeOf)).to.deep.equal(['SUBSCRIBER_SLOW'])
    expect(taken).to.deep.equal(['0'])
    // 3 are under way unacknowledged besides those that the application holds; the queue is full, the next waits.
    expect(counts[0]).to.equal(OTHERS + 1)
    expect(counts.at(-1)).to.equal(OTHERS)
    expect(counts.filter((count) => count === OTHERS + 1).length).to.be.within(QUEUE + 4, QUEUE + 7)
    // Each of the others gets the last one after all before it.
    await notifier.notify('t', 'end')
    for (const texts of seen) {
      while (texts.length <= MESSAGES) await new Promise((resolve) => setImmediate(resolve))
      expect(texts).to.deep.equal([...numbers(MESSAGES), 'end'])
    }
    held.open()
  })

  it('with the policy skip it stays, misses some, and is told so when it goes on', async function () {
    this.timeout(60_000)
    await using scene = await open({ slowPolicy: 'skip' })
    const { stage, notifyAll, notifier } = scene
    const held = new Gate()
    const stalled = stage.subscriber({ maxWaitingMessages: 1 })
    const taken = await stall(stalled, 't', held)
    const counts = await notifyAll()
    expect(counts.at(-1)).to.equal(OTHERS)
    held.open()
    await stalled.happened('gap')
    expect(await notifier.notify('t', 'end')).to.equal(OTHERS + 1)
    while (!taken.some((text) => text.startsWith('end'))) await new Promise((resolve) => setImmediate(resolve))
    expect(stalled.gaps.map(({ reason, topic }) => [reason, topic?.toString()])).to.deep.equal([['missed', 't']])
    expect(stage.broadcaster.ends).to.deep.equal([])
    const missed = taken.findIndex((text) => text.endsWith(' after missed'))
    expect(taken.slice(0, missed)).to.deep.equal(numbers(missed))
    expect(
      taken
        .slice(missed)
        .map((text) => text.replace(' after missed', ''))
        .at(-1),
    ).to.equal('end')
    expect(taken.length).to.be.lessThan(MESSAGES)
  })
})

describe('subscribers that take nothing while bodies have no room', () => {
  it('are slow, though their queues have room; those that acknowledge stay, and others are served', async () => {
    const clock = new ManualClock()
    await using stage = await LonelyStage.open('length prefix', {
      clock,
      windowMessages: 1,
      slowAfterMs: 1_000,
      acknowledgeTimeoutMs: 1_000_000,
      maxBodyMemoryBytes: 10_000,
      maxSpoolFiles: 0,
      slowPolicy: 'skip',
    })
    const held = new Gate()
    const stalled = stage.subscriber({ maxWaitingMessages: 1, retryBaseMs: 2 ** 30, retryCapMs: 2 ** 31 - 1 })
    await stall(stalled, 'pinned', held)
    const other = stage.subscriber()
    const seen: string[] = []
    await other.subscribe('t', async (message) => void seen.push(await message.text()))
    // Some are with the subscriber, and the rest take all of the memory.
    while (stage.broadcaster.bodies.memoryBytes < 9_000) await stage.broadcaster.notify('pinned', Buffer.alloc(1_000))
    expect(codeOf(await rejection(stage.broadcaster.notify('t', Buffer.alloc(2_000))))).to.equal('SPOOL_FULL')
    clock.advance(1_000)
    expect(await stage.broadcaster.notify('t', 'x'.repeat(2_000))).to.equal(1)
    while (seen.length < 1) await new Promise((resolve) => setImmediate(resolve))
    await stalled.happened('lost')
    expect(stage.broadcaster.ends.map(codeOf)).to.deep.equal(['SUBSCRIBER_SLOW'])
    expect(stage.broadcaster.bodies.memoryBytes).to.be.at.most(2_000)
    held.open()
  })
})
