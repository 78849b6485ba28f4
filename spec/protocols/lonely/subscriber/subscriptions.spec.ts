import { expect } from 'chai'
import { codeOf } from '../../../support/codeOf.js'
import { Gate } from '../../../support/gate.js'
import { LonelyStage } from '../../../support/lonelyPair.js'
import { rejection } from '../../../support/rejection.js'
import { turns } from '../../../support/turns.js'

describe('subscriptions', () => {
  it('to the same pattern are one at the broadcaster, until the last of them has ended', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber()
    const seen: string[] = []
    const first = await subscriber.subscribe('t', async (message) => void seen.push(`first ${await message.text()}`))
    const second = await subscriber.subscribe('t', async (message) => void seen.push(`second ${await message.text()}`))
    expect(stage.broadcaster.patterns).to.equal(1)
    expect(await subscriber.notify('t', 'a')).to.equal(1)
    while (seen.length < 2) await turns()
    await first.unsubscribe()
    expect(await subscriber.notify('t', 'b')).to.equal(1)
    while (seen.length < 3) await turns()
    await second.unsubscribe()
    expect(await subscriber.notify('t', 'c')).to.equal(0)
    expect(seen).to.have.members(['first a', 'second a', 'second b'])
    expect(stage.broadcaster.patterns).to.equal(0)
  })

  it('can be ended and begun anew without waiting', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber()
    const all = []
    for (let i = 0; i < 20; i++) {
      const subscription = await subscriber.subscribe({ glob: 'x*' })
      all.push(subscription.unsubscribe())
    }
    await Promise.all(all)
    expect(stage.broadcaster.ends).to.deep.equal([])
    expect(await subscriber.notify('xy', '1')).to.equal(0)
  })

  it('run their hooks one message after the other', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber()
    const gate = new Gate()
    const events: string[] = []
    await subscriber.subscribe('t', async (message) => {
      const text = await message.text()
      events.push(`begin ${text}`)
      await gate.pass()
      events.push(`end ${text}`)
    })
    await Promise.all(['1', '2', '3'].map((text) => subscriber.notify('t', text)))
    await gate.reached
    expect(events).to.deep.equal(['begin 1'])
    gate.open()
    while (events.length < 6) await turns()
    expect(events).to.deep.equal(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
  })

  it('go on when a hook throws, at once or later; errorRaised is told', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber()
    const seen: string[] = []
    await subscriber.subscribe('now', ({ bytes }) => {
      seen.push(String(bytes))
      throw new Error('now')
    })
    await subscriber.subscribe('later', async (message) => {
      seen.push(await message.text())
      throw new Error('later')
    })
    for (const topic of ['now', 'later', 'now', 'later']) await subscriber.notify(topic, topic)
    while (seen.length < 4 || subscriber.raised.length < 4) await turns()
    expect(subscriber.raised.map(({ code, detail }) => [code, detail['hook']])).to.deep.equal(
      Array.from({ length: 4 }, () => ['HOOK_FAILED', 'received']),
    )
    expect(subscriber.bodies.memoryBytes).to.equal(0)
  })

  it('keep what the application wants to keep', async () => {
    await using stage = await LonelyStage.open('handshake framing', { maxBodyInMemoryBytes: 0 })
    const subscriber = stage.subscriber({ maxBodyInMemoryBytes: 0 })
    const subscription = await subscriber.subscribe('t')
    await subscriber.notify('t', 'kept')
    for await (const message of subscription) {
      message.keep()
      setImmediate(() => {
        void message.text().then((text) => {
          expect(text).to.equal('kept')
          message.release()
        })
      })
      break
    }
    while (subscriber.bodies.spoolBytes > 0) await turns()
  })

  it('end their loops when the subscriber is closed', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber()
    const subscription = await subscriber.subscribe('t')
    const read = async (): Promise<number> => {
      let count = 0
      for await (const message of subscription) count += message.size
      return count
    }
    const reading = read()
    await subscriber.notify('t', 'abc')
    await turns(5)
    await subscriber.close()
    expect(await reading).to.equal(3)
  })

  it('give each message to one of the loops that wait, and end them all', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber()
    const subscription = await subscriber.subscribe('t')
    const read = async (): Promise<readonly string[]> => {
      const texts: string[] = []
      for await (const message of subscription) texts.push(await message.text())
      return texts
    }
    const reading = [read(), read(), read()]
    await turns()
    for (const text of ['a', 'b', 'c']) await subscriber.notify('t', text)
    await turns(5)
    await subscription.unsubscribe()
    expect((await Promise.all(reading)).flat().toSorted()).to.deep.equal(['a', 'b', 'c'])
  })

  it('are over when the subscriber is closed: one that is used anew asks for none of them', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber()
    await subscriber.subscribe('t')
    await subscriber.subscribe({ glob: '*' })
    await subscriber.close()
    expect(await subscriber.notify('t', 'x')).to.equal(0)
    expect(stage.broadcaster.patterns).to.equal(0)
  })

  it('and notifications that are under way fail when the subscriber is closed, and connect nowhere', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber()
    await subscriber.connect()
    const gate = new Gate()
    async function* source(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from('a')
      await gate.pass()
    }
    const notified = rejection(subscriber.notify('t', source()))
    await gate.reached
    const subscribed = rejection(subscriber.subscribe('t'))
    await subscriber.close()
    gate.open()
    expect([codeOf(await notified), codeOf(await subscribed)]).to.deep.equal(['CLOSED', 'CLOSED'])
    await turns(5)
    expect([subscriber.connected, subscriber.bodies.memoryBytes]).to.deep.equal([false, 0])
  })

  for (const [what, pattern] of [
    ['a topic that is too long', 'x'.repeat(65_536)],
    ['a glob that is not text', { glob: '\ud800' }],
  ] as const) {
    it(`refuse ${what} before anything is sent`, async () => {
      await using stage = await LonelyStage.open('handshake framing')
      expect(codeOf(await rejection(stage.subscriber().subscribe(pattern)))).to.equal('OPTION_INVALID')
    })
  }

  it('refuse a glob with too many stars, and the connection lives on', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const subscriber = stage.subscriber()
    expect(codeOf(await rejection(subscriber.subscribe({ glob: '*a'.repeat(40) })))).to.equal('GLOB_REFUSED')
    expect(await subscriber.notify('t', 'x')).to.equal(0)
    expect(stage.broadcaster.ends).to.deep.equal([])
  })
})
