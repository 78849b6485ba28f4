import { expect } from 'chai'
import * as fc from 'fast-check'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { lcg32 } from '../support/lcg32.js'
import { ManualClock } from '../support/manualClock.js'
import { opened } from '../support/opened.js'
import { clientWithPeer, connectedPair, serverWithPeer } from '../support/pair.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { Bare, Echo, Witness } from '../support/witness.js'

describe('close', () => {
  it('lets what waits leave first, then ends the stream, and takes no more messages', async () => {
    await using ends = await clientWithPeer(Witness)
    const connection = await opened(ends)
    const sent = [connection.transmit(Buffer.from('a')), connection.transmit(Buffer.from('b'))]
    const closed = connection.close()
    expect(await rejection(connection.transmit(Buffer.from('c')))).to.include({ code: 'CLOSING', fault: 'local' })
    await ends.peer.expect('00000001')
    await ends.peer.send('ff').expect('61 00000001')
    await ends.peer.send('ff').expect('62')
    expect(await ends.peer.ended).to.equal('fin')
    await Promise.all(sent)
    ends.peer.fin()
    await closed
    expect(connection.phase).to.equal('closed')
    expect(codeOf(await connection.over)).to.equal(undefined)
  })

  it('waits for the answers to all that was pipelined', async () => {
    await using ends = await clientWithPeer(Witness, { pipeline: true })
    const connection = await opened(ends)
    void connection.transmit(Buffer.from('a'))
    const closed = connection.close()
    await ends.peer.expect('00000001 61')
    await turns(5)
    expect(connection.phase).to.equal('draining')
    ends.peer.send('ff')
    expect(await ends.peer.ended).to.equal('fin')
    ends.peer.fin()
    await closed
  })

  it('rejects with CLOSE_TIMEOUT when the deadline passes first, and so does what waited', async () => {
    const clock = new ManualClock()
    await using ends = await clientWithPeer(Witness, { clock })
    const connection = await opened(ends)
    const sent = connection.transmit(Buffer.from('a'))
    const closed = connection.close({ deadlineMs: 300 })
    await ends.peer.expect('00000001')
    clock.advance(299)
    expect(connection.phase).to.equal('draining')
    clock.advance(1)
    expect(await rejection(closed)).to.deep.include({ code: 'CLOSE_TIMEOUT', detail: { deadlineMs: 300 } })
    expect(await rejection(sent)).to.have.property('code', 'CLOSE_TIMEOUT')
    expect(codeOf(await connection.over)).to.equal('CLOSE_TIMEOUT')
  })

  for (const framing of ['handshake', 'length'] as const) {
    it(`with framing ${framing} cuts nothing off towards a slow reader, however long it takes within the deadline`, async () => {
      const clock = new ManualClock()
      const times = { lingerMs: 100, closeTimeoutMs: 1_000_000, idleTimeoutMs: 0 }
      await using ends = await clientWithPeer(Bare, { clock, framing, highWaterMarkBytes: 2 ** 30, ...times })
      if (framing === 'handshake') await ends.peer.open()
      const connection = await ends.connected
      const message = lcg32(3, 16_000_000)
      const sent = connection.transmit(message)
      await ends.peer.expect('00f42400')
      ends.peer.socket.pause()
      if (framing === 'handshake') ends.peer.send('ff')
      await turns(5)
      const closed = connection.close()
      ends.peer.send('00000001 61')
      for (let pass = 0; pass < 20; pass++) {
        await turns(2)
        clock.advance(100)
      }
      ends.peer.socket.resume()
      expect((await ends.peer.read(message.length)).equals(message)).to.equal(true)
      ends.peer.fin()
      await ends.peer.ended
      await sent
      await closed
    })
  }

  it('called twice is one close, and after the end it resolves at once', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Witness })
    await Promise.all([pair.connected.close(), pair.connected.close()])
    await pair.connected.close()
    expect(pair.connected.log).to.deep.equal(['preLoop', 'postLoop'])
  })

  it('from both ends at once, with messages both ways, loses none', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Witness })
    const messages = Array.from({ length: 50 }, (_, at) => Buffer.from(String(at)))
    const ends = [pair.served, pair.connected]
    const sent = ends.flatMap((end) => messages.map((message) => end.transmit(message)))
    const closed = ends.map((end) => end.close())
    await Promise.all([...sent, ...closed])
    for (const end of ends) {
      await end.over
      expect(end.messages.map(String)).to.deep.equal(messages.map(String))
    }
  })
})

describe('destroy', () => {
  it('rejects everything that waits with CLOSED, and receive() too', async () => {
    await using ends = await clientWithPeer(Bare)
    const connection = await opened(ends)
    const waiting = [
      connection.transmit(Buffer.from('a')),
      connection.transmit(Buffer.from('b')),
      connection.flush(),
      connection.receive(),
    ]
    connection.destroy()
    for (const one of waiting) expect(await rejection(one)).to.have.property('code', 'CLOSED')
    expect(await rejection(connection.transmit(Buffer.from('c')))).to.have.property('code', 'CLOSED')
  })

  it('with a cause gives it to postLoop and as the cause of what waited', async () => {
    await using ends = await clientWithPeer(Witness)
    const connection = await opened(ends)
    const cause = new Error('enough')
    const sent = connection.transmit(Buffer.from('a'))
    connection.destroy(cause)
    expect(await rejection(sent)).to.include({ code: 'CLOSED', cause })
    expect(await connection.over).to.equal(cause)
  })

  it('in preLoop makes connectTo reject', async () => {
    class Leaving extends Witness {
      protected override preLoop(): void {
        this.destroy()
      }
    }
    await using ends = await clientWithPeer(Leaving)
    ends.peer.send('ff')
    expect(await rejection(ends.connected)).to.have.property('code', 'CLOSED')
  })

  it('in the hook of a message keeps the messages behind it from their hook', async () => {
    class Leaving extends Witness {
      protected override transmissionReceived(message: Buffer): void {
        void super.transmissionReceived(message)
        this.destroy()
      }
      protected override loopPass(): void {
        this.log.push('loopPass')
      }
    }
    await using ends = await serverWithPeer(Leaving, { clock: new ManualClock() })
    await ends.peer.open()
    ends.peer.send('00000001 61 00000001 62')
    await ends.server.first.over
    expect(ends.server.first.log).to.deep.equal(['preLoop', '1', 'postLoop'])
  })

  it('waits for a hook that runs no longer than closeTimeoutMs', async () => {
    const clock = new ManualClock()
    const gate = new Gate()
    class Hanging extends Witness {
      protected override transmissionReceived(): Promise<void> {
        return gate.pass()
      }
    }
    await using ends = await serverWithPeer(Hanging, { clock, closeTimeoutMs: 700 })
    await ends.peer.open()
    ends.peer.send('00000000')
    await gate.reached
    const destroyed = ends.server.destroy()
    await ends.peer.fin().ended
    await turns(3)
    clock.advance(699)
    await turns(2)
    expect(ends.server.first.log).to.deep.equal(['preLoop'])
    clock.advance(1)
    await destroyed
    expect(ends.server.first.log).to.deep.equal(['preLoop', 'postLoop HOOK_TIMEOUT'])
    gate.open()
  })

  it('at a random moment settles each transmit exactly once, and leaves no rejection unhandled', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(0, 1_024, 1_048_576),
          fc.array(fc.constantFrom(0, 1, 100, 20_000, 200_000), { minLength: 1, maxLength: 30 }),
          fc.nat(12),
          fc.constantFrom('near', 'far', 'socket'),
          async (window, sizes, after, who) => {
            const both = { pipeline: window === 0 ? false : window }
            await using pair = await connectedPair({ serves: Echo, connects: Witness, both })
            let settled = 0
            const count = (): void => void settled++
            const sent = sizes.map((size) => pair.connected.transmit(lcg32(1, size)))
            for (const one of sent) one.then(count, count)
            void pair.connected.flush()
            void pair.connected.receive()
            await turns(after)
            if (who === 'near') pair.connected.destroy()
            else if (who === 'far') pair.served.destroy()
            else pair.connected.socket?.destroy(new Error('pulled'))
            await Promise.allSettled(sent)
            await pair.connected.over
            await turns()
            expect(settled).to.equal(sizes.length)
            expect(pair.connected.outbound).to.deep.equal({ messages: 0, bytes: 0 })
          },
        ),
        { numRuns: 60, seed: 20_261_121 },
      )
      await turns(3)
      expect(unhandled).to.deep.equal([])
    } finally {
      process.off('unhandledRejection', note)
    }
  })
})
