import { expect } from 'chai'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import { Delivery } from '@/protocols/lonely/broadcaster/delivery.js'
import { DeliveryQueue, type QueueLimits } from '@/protocols/lonely/broadcaster/deliveryQueue.js'
import { ManualClock } from '../../../support/manualClock.js'

const LIMITS: QueueLimits = {
  maxQueuedMessages: 4,
  maxQueuedBytes: 100,
  maxQueuedFiles: 2,
  slowAfterMs: 1_000,
  slowPolicy: 'disconnect',
}

/** A body that counts who holds it. */
class CountedBody implements Body {
  readonly digest = Buffer.alloc(64)
  held = 0

  constructor(
    readonly size: number,
    readonly bytes: Buffer | undefined,
  ) {}

  read(): Buffer {
    return Buffer.alloc(0)
  }
  retain(): void {
    this.held++
  }
  release(): void {
    this.held--
  }
}

const zeros = (bytes: number): Buffer => Buffer.alloc(bytes)
const inMemory = (size: number): Delivery =>
  new Delivery(Buffer.from('t'), new CountedBody(size, Buffer.alloc(size)), zeros)
const inFile = (topic = 't'): Delivery => new Delivery(Buffer.from(topic), new CountedBody(1, undefined), zeros)

const queueOf = (limits: Partial<QueueLimits> = {}) => {
  const clock = new ManualClock()
  const slow: unknown[] = []
  const missed: string[] = []
  const queue = new DeliveryQueue({ ...LIMITS, ...limits }, clock, {
    tooSlow: (detail) => void slow.push(detail),
    passedOver: (topic) => void missed.push(topic.toString()),
  })
  return { clock, slow, missed, queue }
}

describe('what waits for one subscriber', () => {
  for (const [what, offered, fits] of [
    ['messages', () => inMemory(1), 4],
    ['bytes', () => inMemory(30), 3],
    ['files', () => inFile(), 2],
  ] as const) {
    it(`has its bound of ${what}: whoever brings more waits, and has room when one is taken`, async () => {
      const { queue, slow, clock } = queueOf()
      for (let i = 0; i < fits; i++) expect(queue.offer(offered())).to.equal(true)
      const waiting = queue.offer(offered())
      expect(waiting).to.be.instanceOf(Promise)
      clock.advance(999)
      queue.shift()
      expect(await waiting).to.equal(true)
      clock.advance(100_000)
      expect([queue.length, slow]).to.deep.equal([fits, []])
    })
  }

  it('has room for one body at least, however large', () => {
    const { queue } = queueOf({ maxQueuedFiles: 1 })
    expect(queue.offer(inMemory(1_000))).to.equal(true)
    queue.shift()
    expect(queue.offer(inFile())).to.equal(true)
  })

  it('has room for bodies in memory while its files are as many as they may be', () => {
    const { queue } = queueOf()
    for (const delivery of [inFile(), inFile(), inMemory(1), inMemory(1)]) expect(queue.offer(delivery)).to.equal(true)
  })

  it('makes a subscriber slow that makes no room for a file in time', async () => {
    const { queue, slow, clock } = queueOf()
    const deliveries = [inFile(), inFile(), inFile()]
    const taken = deliveries.map(async (delivery) => queue.offer(delivery))
    clock.advance(1_000)
    expect(slow).to.deep.equal([{ queuedMessages: 2, queuedBytes: 2 }])
    queue.end()
    expect(await Promise.all(taken)).to.deep.equal([true, true, false])
    expect(deliveries.map(({ body }) => body instanceof CountedBody && body.held)).to.deep.equal([0, 0, 0])
  })

  it('is not offered anything until half of it is empty when the policy is skip, files included', async () => {
    const { queue, missed, clock } = queueOf({ slowPolicy: 'skip' })
    const taken = ['a', 'b', 'c'].map(async (topic) => queue.offer(inFile(topic)))
    clock.advance(1_000)
    expect(await Promise.all(taken)).to.deep.equal([true, true, false])
    expect(queue.offer(inMemory(1))).to.equal(false)
    expect(missed).to.deep.equal([])
    queue.shift()
    expect(missed).to.deep.equal(['c', 't'])
    expect(queue.offer(inFile())).to.equal(true)
  })
})
