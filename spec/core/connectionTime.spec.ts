import { expect } from 'chai'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { ManualClock } from '../support/manualClock.js'
import { opened } from '../support/opened.js'
import { clientWithPeer, connectedPair, serverWithPeer } from '../support/pair.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { Bare, Echo, Witness } from '../support/witness.js'

/** Lets time pass in steps with the event loop turning, as it does in life. */
const pass = async (clock: ManualClock, ms: number, stepMs = 100): Promise<void> => {
  for (let passed = 0; passed < ms; passed += stepMs) {
    clock.advance(stepMs)
    await turns()
  }
}

describe('the times of a connection', () => {
  it('openingTimeoutMs ends one whose other end says nothing', async () => {
    const clock = new ManualClock()
    await using ends = await serverWithPeer(Witness, { clock, openingTimeoutMs: 1_000 })
    await ends.peer.expect('ff')
    await pass(clock, 900)
    expect(ends.server.first.phase).to.equal('opening')
    await pass(clock, 400)
    expect(codeOf(await ends.server.first.over)).to.equal('OPENING_TIMEOUT')
  })

  it('messageTimeoutMs ends one whose message stops half-way, and a large one has longer', async () => {
    const clock = new ManualClock()
    const times = { messageTimeoutMs: 1_000, slowestBytesPerSecond: 1_000 }
    await using ends = await serverWithPeer(Witness, { clock, ...times })
    await ends.peer.open()
    await ends.peer.send('00001388 00').expect('ff')
    await turns(3)
    await pass(clock, 5_900)
    expect(ends.server.first.phase).to.equal('open')
    await pass(clock, 700)
    expect(codeOf(await ends.server.first.over)).to.equal('MESSAGE_TIMEOUT')
  })

  it('the time in which we do not read on is not held against the other end', async () => {
    const clock = new ManualClock()
    const gate = new Gate()
    class Slow extends Witness {
      protected override async transmissionReceived(message: Buffer): Promise<void> {
        await gate.pass()
        void super.transmissionReceived(message)
      }
    }
    await using ends = await serverWithPeer(Slow, { clock, maxInboxMessages: 1, messageTimeoutMs: 1_000 })
    await ends.peer.open()
    ends.peer.send('00000001 61 00000001 62 00000001 63')
    await gate.reached
    await pass(clock, 10_000)
    gate.open()
    expect(String(await ends.server.first.arrived(3))).to.equal('a,b,c')
  })

  it('answerTimeoutMs ends one whose answer does not come, and says how long it waited', async () => {
    const clock = new ManualClock()
    await using ends = await clientWithPeer(Witness, { clock, answerTimeoutMs: 1_000 })
    const connection = await opened(ends)
    const sent = connection.transmit(Buffer.from('a'))
    await ends.peer.expect('00000001')
    await pass(clock, 900)
    expect(connection.phase).to.equal('open')
    await pass(clock, 700)
    const error = await rejection(sent)
    expect(error).to.include({ code: 'ANSWER_TIMEOUT', fault: 'remote' })
    expect(error.detail['limitMs']).to.equal(1_000)
  })

  it('answers that come one by one keep a busy sender alive for ever', async () => {
    const clock = new ManualClock()
    await using ends = await clientWithPeer(Witness, { clock, answerTimeoutMs: 1_000 })
    const connection = await opened(ends)
    const sent = Array.from({ length: 10 }, () => connection.transmit(Buffer.of(1)))
    for (let at = 0; at < 10; at++) {
      await pass(clock, 800)
      ends.peer.send('ff')
      await turns(3)
    }
    await Promise.all(sent)
  })

  it('idleTimeoutMs ends a silent one, whose silence may be that of a half-open peer', async () => {
    const clock = new ManualClock()
    await using ends = await serverWithPeer(Witness, { clock, idleTimeoutMs: 4_000 })
    await ends.peer.open()
    await turns(3)
    await pass(clock, 3_900)
    expect(ends.server.first.phase).to.equal('open')
    await pass(clock, 2_000)
    expect(codeOf(await ends.server.first.over)).to.equal('IDLE_TIMEOUT')
  })

  it('0 is no limit for each of them', async () => {
    const clock = new ManualClock()
    const none = { openingTimeoutMs: 0, messageTimeoutMs: 0, answerTimeoutMs: 0, idleTimeoutMs: 0 }
    await using ends = await serverWithPeer(Witness, { clock, ...none })
    await ends.peer.expect('ff')
    await pass(clock, 10 ** 7, 10 ** 6)
    ends.peer.send('ff 00000002 61')
    await ends.peer.expect('ff')
    void ends.server.first.transmit(Buffer.from('a'))
    await pass(clock, 10 ** 9, 10 ** 8)
    ends.peer.send('62')
    expect(String(await ends.server.first.arrived(1))).to.equal('ab')
  })

  it('none runs out on a connection that is closing or has failed: lingerMs alone bounds its end', async () => {
    const clock = new ManualClock()
    await using ends = await clientWithPeer(Witness, { clock, idleTimeoutMs: 200, lingerMs: 5_000 })
    const connection = await opened(ends)
    const closed = connection.close()
    await ends.peer.ended
    await pass(clock, 5_000)
    await closed
    expect(codeOf(await connection.over)).to.equal(undefined)
  })

  it('a hook that works for long is not silence of the other end', async () => {
    const clock = new ManualClock()
    const gate = new Gate()
    class Slow extends Witness {
      protected override async transmissionReceived(message: Buffer): Promise<void> {
        await gate.pass()
        void super.transmissionReceived(message)
      }
    }
    await using ends = await serverWithPeer(Slow, { clock, idleTimeoutMs: 1_000 })
    await ends.peer.open()
    ends.peer.send('00000000')
    await gate.reached
    await pass(clock, 20_000)
    gate.open()
    await ends.server.first.arrived(1)
    expect(ends.server.first.phase).to.equal('open')
  })
})

describe('a heartbeat', () => {
  const beating = { heartbeatMs: 1_000, idleTimeoutMs: 4_000, answerTimeoutMs: 3_000 }

  it('is an empty message after that much silence of ours, and none while we speak', async () => {
    const clock = new ManualClock()
    await using ends = await clientWithPeer(Witness, { clock, heartbeatMs: 1_000 })
    const connection = await opened(ends)
    await pass(clock, 900)
    expect(ends.peer.unread).to.equal('')
    void connection.transmit(Buffer.from('a'))
    await ends.peer.expect('00000001')
    await ends.peer.send('ff').expect('61')
    await pass(clock, 900)
    expect(ends.peer.unread).to.equal('')
    await pass(clock, 600)
    await ends.peer.expect('00000000')
  })

  for (const framing of ['handshake', 'length', 'line'] as const) {
    it(`with framing ${framing} keeps two idle ends alive, and neither sees a message`, async () => {
      const clock = new ManualClock()
      await using pair = await connectedPair({
        serves: Witness,
        connects: Witness,
        both: { clock, framing, ...beating },
      })
      await pass(clock, 30_000)
      expect([pair.served.phase, pair.connected.phase]).to.deep.equal(['open', 'open'])
      expect([...pair.served.messages, ...pair.connected.messages]).to.deep.equal([])
    })
  }

  for (const framing of ['length', 'line'] as const) {
    it(`with framing ${framing} is said by an end that hears the other all the time and says nothing else`, async () => {
      const clock = new ManualClock()
      await using pair = await connectedPair({
        serves: Witness,
        connects: Witness,
        both: { clock, framing, ...beating },
      })
      for (let count = 0; count < 20; count++) {
        await pair.connected.transmit(Buffer.from('a'))
        await pass(clock, 500)
      }
      expect([pair.served.phase, pair.connected.phase]).to.deep.equal(['open', 'open'])
      expect(pair.connected.messages).to.deep.equal([])
    })
  }

  it('goes through plugins like any message, and is swallowed behind them', async () => {
    const clock = new ManualClock()
    const mark = {
      outbound: (m: Uint8Array): Uint8Array => Buffer.concat([Buffer.from('!'), m]),
      inbound: (m: Uint8Array): Uint8Array => {
        if (m[0] !== 0x21) throw new Error('no mark')
        return m.subarray(1)
      },
    }
    const both = { clock, plugins: [mark], ...beating }
    await using pair = await connectedPair({ serves: Witness, connects: Witness, both })
    await pass(clock, 10_000)
    expect([pair.served.phase, pair.connected.phase]).to.deep.equal(['open', 'open'])
    expect([...pair.served.messages, ...pair.connected.messages]).to.deep.equal([])
  })

  it('finds a half-open peer: its answer does not come', async () => {
    const clock = new ManualClock()
    await using ends = await clientWithPeer(Witness, { clock, ...beating, idleTimeoutMs: 0 })
    const connection = await opened(ends)
    await pass(clock, 10_000)
    expect(codeOf(await connection.over)).to.equal('ANSWER_TIMEOUT')
  })

  it('is an ordinary empty message to an end that has it off', async () => {
    await using ends = await serverWithPeer(Echo)
    await ends.peer.open()
    await ends.peer.send('00000000').expect('ff 00000000')
    expect((await ends.server.first.arrived(1))[0]).to.have.length(0)
  })

  it('costs a class without it no message at all', async () => {
    const clock = new ManualClock()
    await using ends = await clientWithPeer(Bare, { clock })
    await opened(ends)
    await pass(clock, 60_000, 1_000)
    expect(ends.peer.unread).to.equal('')
  })
})
