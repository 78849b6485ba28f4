import { expect } from 'chai'
import { Connection } from '@/core/connection.js'
import { caught } from '../support/caught.js'
import { ManualClock } from '../support/manualClock.js'
import { connectedPair, PlainServer, serverWithPeer } from '../support/pair.js'
import { rejection } from '../support/rejection.js'

const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const opened = async (connection: Connection): Promise<void> => {
  while (connection.phase !== 'open') await turnOfTheLoop()
}

class Counter extends Connection {
  readonly got: number[] = []
  over!: (cause: Error | undefined) => void
  readonly ended = new Promise<Error | undefined>((resolve) => {
    this.over = resolve
  })

  protected override async transmissionReceived(message: Buffer): Promise<void> {
    await Promise.resolve()
    this.got.push(message.readUInt32BE())
  }

  protected override postLoop(cause: Error | undefined): void {
    this.over(cause)
  }
}

class Plain extends Connection {}

const numbered = (number: number): Buffer => {
  const message = Buffer.alloc(4)
  message.writeUInt32BE(number)
  return message
}

describe('the address of a server', () => {
  it('is where it listens, and NOT_OPEN before', async () => {
    const server = new PlainServer({ listen: ['127.0.0.1:0'], handler: Plain })
    expect(caught(() => server.address).code).to.equal('NOT_OPEN')
    await server.start()
    expect(server.address.toString()).to.equal(String(server.addresses[0]))
    await server.close()
  })
})

describe('a connection that has been at rest', () => {
  it('carries messages in both directions as before, again and again', async () => {
    const clock = new ManualClock()
    class Echo extends Connection {
      protected override transmissionReceived(message: Buffer): Promise<void> {
        return this.transmit(message)
      }
    }
    await using pair = await connectedPair({ serves: Echo, connects: Plain, both: { clock } })
    await opened(pair.served)
    for (let round = 0; round < 5; round++) {
      clock.advance(5_000)
      await turnOfTheLoop()
      expect(pair.connected.outbound).to.deep.equal({ messages: 0, bytes: 0 })
      void pair.connected.transmit(numbered(round))
      expect((await pair.connected.receive()).readUInt32BE()).to.equal(round)
      await pair.connected.flush()
    }
    expect(pair.connected.phase).to.equal('open')
  })

  it('ends in good order when the other end does', async () => {
    await using ends = await serverWithPeer(Counter)
    await ends.peer.open()
    await opened(ends.server.first)
    ends.peer.fin()
    expect(await ends.peer.ended).to.equal('fin')
    expect(await ends.server.first.ended).to.equal(undefined)
  })

  it('reads what comes with the end of the other end', async () => {
    await using ends = await serverWithPeer(Counter)
    await ends.peer.open()
    await opened(ends.server.first)
    ends.peer.send('00000004 00000007').fin()
    expect(await ends.server.first.ended).to.equal(undefined)
    expect(ends.server.first.got).to.deep.equal([7])
  })

  it('ends with CONNECTION_RESET when the other end resets', async () => {
    await using ends = await serverWithPeer(Counter)
    await ends.peer.open()
    await opened(ends.server.first)
    ends.peer.rst()
    expect(await ends.server.first.ended).to.have.property('code', 'CONNECTION_RESET')
  })

  for (const delay of [0, 1, 2, 3, 4]) {
    it(`settles with REMOTE_ENDED what is sent ${delay} turns after the other end has ended`, async () => {
      await using ends = await serverWithPeer(Counter)
      await ends.peer.open()
      const connection = ends.server.first
      await opened(connection)
      ends.peer.fin()
      for (let turn = 0; turn < delay; turn++) await turnOfTheLoop()
      const error = await rejection(connection.transmit(numbered(7)).then(() => connection.flush()))
      expect(error).to.have.property('code', 'REMOTE_ENDED')
      await connection.ended
    })
  }

  it('can still send when the other end has ended, if no hook takes messages and nobody answers them', async () => {
    const clock = new ManualClock()
    await using ends = await serverWithPeer(Plain, { clock, framing: 'length' })
    await opened(ends.server.first)
    clock.advance(5_000)
    ends.peer.fin()
    await ends.server.first.receive().catch(() => {})
    await ends.server.first.transmit(numbered(7))
    await ends.peer.expect('00000004 00000007')
  })

  it('gives up after idleTimeoutMs of silence, and not before', async () => {
    const clock = new ManualClock()
    const both = { clock, idleTimeoutMs: 60_000 }
    await using pair = await connectedPair({ serves: Counter, connects: Plain, both })
    await opened(pair.served)
    clock.advance(59_000)
    expect(pair.served.phase).to.equal('open')
    clock.advance(20_000)
    expect(await pair.served.ended).to.have.property('code', 'IDLE_TIMEOUT')
  })
})

describe('a hook that waits for its own message to leave', () => {
  class Echo extends Connection {
    protected override async transmissionReceived(message: Buffer): Promise<void> {
      await this.transmit(message)
    }
  }
  const count = 20_000

  for (const [what, size] of [
    ['260 bytes', 260],
    ['4 bytes', 4],
  ] as const) {
    it(`gets every answer from behind a full window of messages of ${what}, and bounds what waits meanwhile`, async () => {
      await using pair = await connectedPair({ serves: Echo, connects: Counter, client: { pipeline: true } })
      const message = Buffer.alloc(size)
      for (let i = 0; i < count; i++) {
        message.writeUInt32BE(i)
        void pair.connected.transmit(message)
      }
      while (pair.connected.got.length < count) await turnOfTheLoop()
      expect(pair.connected.got).to.deep.equal(Array.from({ length: count }, (_, i) => i))
    })
  }
})

describe('the end of the other end', () => {
  it('loses none of the messages that came before it, however slow the hook', async () => {
    const count = 20_000
    const server = { maxInboxMessages: 8 }
    const client = { pipeline: true }
    await using pair = await connectedPair({ serves: Counter, connects: Plain, server, client })
    for (let i = 0; i < count; i++) void pair.connected.transmit(numbered(i))
    await pair.connected.close()
    expect(await pair.served.ended).to.equal(undefined)
    expect(pair.served.got).to.deep.equal(Array.from({ length: count }, (_, i) => i))
  })
})
