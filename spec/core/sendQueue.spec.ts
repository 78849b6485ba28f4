import { expect } from 'chai'
import { Connection, deflate, seal } from '@/core/index.js'
import { connectedPair } from '../support/pair.js'
import { rejection } from '../support/rejection.js'

class Keeper extends Connection {
  readonly got: string[] = []
  over!: (cause: Error | undefined) => void
  readonly ended = new Promise<Error | undefined>((resolve) => {
    this.over = resolve
  })

  protected override transmissionReceived(message: Buffer): void {
    this.got.push(message.toString())
  }

  protected override postLoop(cause: Error | undefined): void {
    this.over(cause)
  }
}

class Plain extends Connection {}

const KEY = Buffer.alloc(32, 7)

describe('messages that wait while plugins count them', () => {
  const sealed = { plugins: [seal({ key: KEY })] }

  it('go on in order after one was refused for want of room', async () => {
    const both = { ...sealed, maxOutboxMessages: 2 }
    await using pair = await connectedPair({ serves: Keeper, connects: Plain, both })
    const sent = ['a', 'b', 'c'].map((text) => pair.connected.transmit(Buffer.from(text)))
    expect((await rejection(Promise.all(sent))).code).to.equal('OUTBOX_FULL')
    await pair.connected.flush()
    await pair.connected.transmit(Buffer.from('d'))
    await pair.connected.close()
    expect(await pair.served.ended).to.equal(undefined)
    expect(pair.served.got).to.deep.equal(['a', 'b', 'd'])
  })

  it('go on in order after one that waited was taken back', async () => {
    await using pair = await connectedPair({ serves: Keeper, connects: Plain, both: sealed })
    const giveUp = new AbortController()
    const first = pair.connected.transmit(Buffer.from('first'))
    const second = pair.connected.transmit(Buffer.from('second'), { signal: giveUp.signal })
    const third = pair.connected.transmit(Buffer.from('third'))
    giveUp.abort()
    expect((await rejection(second)).code).to.equal('ABORTED')
    await Promise.all([first, third])
    await pair.connected.close()
    expect(await pair.served.ended).to.equal(undefined)
    expect(pair.served.got).to.deep.equal(['first', 'third'])
  })

  it('are sealed and packed in both directions, whatever their size', async () => {
    class Echo extends Connection {
      protected override transmissionReceived(message: Buffer): Promise<void> {
        return this.transmit(message)
      }
    }
    const both = { plugins: [deflate(), seal({ key: KEY })], pipeline: true }
    await using pair = await connectedPair({ serves: Echo, connects: Plain, both })
    for (const size of [0, 1, 255, 256, 16_384, 1_000_000]) {
      const message = Buffer.alloc(size, 'framewright ')
      void pair.connected.transmit(message)
      expect((await pair.connected.receive()).equals(message)).to.equal(true)
    }
  })

  it('tell the other end SEAL_TRUNCATED when the stream ends without a farewell', async () => {
    await using pair = await connectedPair({ serves: Keeper, connects: Plain, both: sealed })
    await pair.connected.transmit(Buffer.from('last words'))
    await pair.connected.flush()
    pair.connected.socket?.end()
    const receiving = await rejection(pair.connected.receive())
    expect(receiving.code).to.equal('SEAL_TRUNCATED')
    expect(await pair.served.ended).to.have.property('code', 'SEAL_TRUNCATED')
    expect(pair.served.got).to.deep.equal(['last words'])
  })

  it('close with PLUGIN_REJECTED or SEAL_BROKEN when the keys differ', async () => {
    const client = { plugins: [seal({ key: Buffer.alloc(32, 8) })] }
    await using pair = await connectedPair({ serves: Keeper, connects: Plain, server: sealed, client })
    await pair.connected.transmit(Buffer.from('secret'))
    await rejection(pair.connected.receive())
    expect(pair.served.got).to.deep.equal([])
    expect(await pair.served.ended).to.have.property('code', 'SEAL_BROKEN')
  })
})
