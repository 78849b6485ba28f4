import { expect } from 'chai'
import { InProcessRelay } from '@/protocols/lonely/broadcaster/inProcessRelay.js'
import { codeOf } from '../../../support/codeOf.js'
import { LonelyStage, WatchedBroadcaster, WAYS } from '../../../support/lonelyPair.js'
import { ManualClock } from '../../../support/manualClock.js'
import { rejection } from '../../../support/rejection.js'
import { turns } from '../../../support/turns.js'

/** Ends every connection of a broadcaster, which goes on listening. */
const cut = (broadcaster: WatchedBroadcaster): void => {
  for (const connection of broadcaster.activeConnections.values()) connection.destroy()
}

describe('a subscriber whose connection is lost', () => {
  for (const way of WAYS) {
    it(`connects again, subscribes anew and says what it may have missed, over the ${way}`, async () => {
      await using stage = await LonelyStage.open(way)
      const subscriber = stage.subscriber({ retryBaseMs: 1, nowMs: () => 77 })
      const seen: string[] = []
      await subscriber.subscribe(
        'exact',
        async (message) => void seen.push(`${await message.text()} ${message.gap?.reason}`),
      )
      await subscriber.subscribe(
        { glob: 'gl*' },
        async (message) => void seen.push(`${await message.text()} ${message.gap?.reason}`),
      )
      cut(stage.broadcaster)
      await subscriber.happened('established', 2)
      expect(subscriber.events.filter((event) => event !== 'gap')).to.deep.equal(['established', 'lost', 'established'])
      expect(subscriber.gaps).to.deep.equal([
        { reason: 'reconnected', fromMs: 77, toMs: 77, topic: undefined },
        { reason: 'reconnected', fromMs: 77, toMs: 77, topic: undefined },
      ])
      for (const topic of ['exact', 'glob', 'exact']) expect(await subscriber.notify(topic, topic)).to.equal(1)
      while (seen.length < 3) await new Promise((resolve) => setImmediate(resolve))
      expect(seen).to.have.members(['exact reconnected', 'glob reconnected', 'exact undefined'])
    })
  }

  it('sends again what was not confirmed, and gives up after maxAttempts', async () => {
    await using stage = await LonelyStage.open('handshake framing', {
      auth: {
        toBroadcaster: {
          authorize: () => undefined,
          check: (claim) => (claim.kind === 'notify' && claim.topic.toString() === 'bad' ? 'forbidden' : 'ok'),
        },
      },
    })
    const subscriber = stage.subscriber({ retryBaseMs: 1, maxAttempts: 2 })
    const [bad, good] = await Promise.allSettled([subscriber.notify('bad', 'x'), subscriber.notify('good', 'x')])
    expect(bad.status === 'rejected' && codeOf(bad.reason)).to.equal('NOTIFY_UNCERTAIN')
    // It shares the connections that the other one ends, and may have been confirmed before.
    expect(good.status === 'fulfilled' ? good.value : codeOf(good.reason)).to.be.oneOf([0, 'NOTIFY_UNCERTAIN'])
    expect(stage.broadcaster.ends.map(codeOf)).to.deep.equal(['AUTHORIZATION_REFUSED', 'AUTHORIZATION_REFUSED'])
    expect(await subscriber.notify('good', 'x')).to.equal(0)
  })

  it('gives up a subscription that ends each connection', async () => {
    await using stage = await LonelyStage.open('handshake framing', {
      auth: {
        toBroadcaster: {
          authorize: () => undefined,
          check: (claim) => (claim.kind === 'subscribeExact' ? 'unavailable' : 'ok'),
        },
      },
    })
    const subscriber = stage.subscriber({ retryBaseMs: 1, maxAttempts: 2 })
    expect(codeOf(await rejection(subscriber.subscribe('never')))).to.equal('SUBSCRIBE_UNCERTAIN')
    await subscriber.subscribe({ glob: '*' })
  })

  it('waits longer and longer, and gives up after maxRounds', async () => {
    const clock = new ManualClock()
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber({
      clock,
      idleTimeoutMs: 0,
      maxRounds: 3,
      retryBaseMs: 1_000,
      random: () => Buffer.alloc(32),
    })
    const subscription = await subscriber.subscribe('t')
    const read = async (): Promise<void> => {
      for await (const message of subscription) throw new Error(`nothing was sent: ${message.size}`)
    }
    const reading = rejection(read())
    await stage.broadcaster.destroy()
    await subscriber.happened('lost')
    const pending = rejection(subscriber.notify('t', 'x'))
    const before = clock.now()
    await clock.passUntil(subscriber.happened('abandoned'), 50)
    // 1, 2 and 4 seconds, as chance takes nothing off here.
    expect(clock.now() - before).to.be.within(7_000, 9_000)
    expect(codeOf(await pending)).to.equal('ABANDONED')
    expect(codeOf(await reading)).to.equal('ABANDONED')
    expect(codeOf(await rejection(subscriber.subscribe('u')))).to.equal('ABANDONED')
  })

  it('keeps what waits to be taken when it gives up, until nobody wants it', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber({ maxRounds: 1, retryBaseMs: 1, retryCapMs: 1 })
    const [read, left] = [await subscriber.subscribe('t'), await subscriber.subscribe('t')]
    await subscriber.notify('t', 'abc')
    while (left.waiting === 0) await turns()
    await stage.broadcaster.destroy()
    await subscriber.happened('abandoned')
    const texts: string[] = []
    const reading = async (): Promise<void> => {
      for await (const message of read) texts.push(await message.text())
    }
    expect(codeOf(await rejection(reading()))).to.equal('ABANDONED')
    expect(texts).to.deep.equal(['abc'])
    expect(subscriber.bodies.memoryBytes).to.equal(3)
    await left.unsubscribe()
    expect([left.waiting, subscriber.bodies.memoryBytes]).to.deep.equal([0, 0])
  })

  it('does not try again by itself before there was a first connection', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber()
    await stage.broadcaster.destroy()
    expect(codeOf(await rejection(subscriber.connect()))).to.equal('CONNECT_REFUSED')
    expect(subscriber.events).to.deep.equal([])
  })

  it('takes the next broadcaster of its list, in the order of their priorities', async () => {
    const relay = new InProcessRelay()
    await using first = await LonelyStage.open('handshake framing', { relay })
    await using second = await LonelyStage.open('WebSocket', { relay })
    const broadcasters = [
      { address: second.address, priority: 2 },
      { address: first.address, priority: 1 },
    ]
    const subscriber = first.subscriber({ broadcasters, retryBaseMs: 1 })
    await subscriber.connect()
    expect([first, second].map((stage) => stage.broadcaster.activeConnections.size)).to.deep.equal([1, 0])
    await first.broadcaster.destroy()
    await subscriber.happened('established', 2)
    expect(second.broadcaster.activeConnections.size).to.equal(1)
  })

  it('can be closed while it waits to connect again, and used anew', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber({ retryBaseMs: 2 ** 30, retryCapMs: 2 ** 31 - 1 })
    await subscriber.connect()
    cut(stage.broadcaster)
    await subscriber.happened('lost')
    const waiting = rejection(subscriber.notify('t', 'x'))
    await subscriber.close()
    expect(codeOf(await waiting)).to.equal('CLOSED')
    expect(await subscriber.notify('t', 'x')).to.equal(0)
  })

  it('gives up waiting when its signal aborts', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber({ retryBaseMs: 2 ** 30, retryCapMs: 2 ** 31 - 1 })
    await subscriber.connect()
    cut(stage.broadcaster)
    await subscriber.happened('lost')
    const controller = new AbortController()
    const waits = [
      subscriber.connect({ signal: controller.signal }),
      subscriber.notify('t', 'x', { signal: controller.signal }),
      subscriber.subscribe('t', undefined, { signal: controller.signal }),
    ].map((wait) => rejection(wait))
    controller.abort()
    expect((await Promise.all(waits)).map(codeOf)).to.deep.equal(['ABORTED', 'ABORTED', 'ABORTED'])
  })
})

describe('broadcasters that share a relay', () => {
  it('bring notifications to the subscribers of each other, and count them all', async () => {
    const relay = new InProcessRelay()
    await using first = await LonelyStage.open('handshake framing', { relay })
    await using second = await LonelyStage.open('WebSocket', { relay })
    const seen: string[] = []
    await first.subscriber().subscribe('t', async (message) => void seen.push(`first ${await message.text()}`))
    await second
      .subscriber()
      .subscribe({ glob: '*' }, async (message) => void seen.push(`second ${await message.text()}`))
    expect(first.broadcaster.members).to.have.lengthOf(2)
    expect(await second.subscriber().notify('t', 'x')).to.equal(2)
    expect(await first.broadcaster.notify('t', 'y')).to.equal(2)
    while (seen.length < 4) await new Promise((resolve) => setImmediate(resolve))
    expect(seen).to.have.members(['first x', 'first y', 'second x', 'second y'])
    await second.broadcaster.close()
    expect(first.broadcaster.members).to.have.lengthOf(1)
    expect(await first.broadcaster.notify('t', 'z')).to.equal(1)
  })
})
