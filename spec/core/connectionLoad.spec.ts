import { expect } from 'chai'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { lcg32 } from '../support/lcg32.js'
import { ManualClock } from '../support/manualClock.js'
import { connectedPair, serverWithPeer } from '../support/pair.js'
import { turns } from '../support/turns.js'
import { Bare, Witness } from '../support/witness.js'

/** Checks that numbered messages come in order, and answers each with one of its own. */
class Numbered extends Witness {
  next = 0
  replies = 0
  wrong: string | undefined
  readonly #sizes = lcg32(99, 4_096)
  #awaited: { readonly replies: number; readonly resolve: () => void } | undefined

  /** So many replies have come. */
  replied(replies: number): Promise<void> {
    if (this.replies >= replies) return Promise.resolve()
    return new Promise((resolve) => {
      this.#awaited = { replies, resolve }
    })
  }

  /** A message that says its number and whether it is a reply. */
  numbered(number: number, reply: boolean): Buffer {
    const size = 5 + (number % 50 === 0 ? 70_000 : (this.#sizes[number & 4_095] ?? 0) * 3)
    const message = Buffer.alloc(size, number & 255)
    message.writeUInt32BE(number)
    message[4] = reply ? 1 : 0
    return message
  }

  protected override async transmissionReceived(message: Buffer): Promise<void> {
    const number = message.readUInt32BE()
    const reply = message[4] === 1
    const expected = reply ? this.replies++ : this.next++
    if (number !== expected || !message.equals(this.numbered(number, reply))) this.wrong ??= `${number} for ${expected}`
    if (this.replies >= (this.#awaited?.replies ?? Number.POSITIVE_INFINITY)) this.#awaited?.resolve()
    if (reply || number % 10 > 0) return super.transmissionReceived(Buffer.alloc(0))
    await this.transmit(this.numbered(number / 10, true))
    void super.transmissionReceived(Buffer.alloc(0))
  }
}

describe('under load in both directions at once, with hooks that reply', () => {
  const MIXES = [
    [false, false, 10_000],
    [false, true, 10_000],
    [true, false, 10_000],
    [true, true, 30_000],
    [2_048, 65_536, 10_000],
  ] as const
  for (const [server, client, count] of MIXES) {
    it(`${count} messages of 5 to 70000 bytes each way stay whole and in order: server ${server}, client ${client}`, async function () {
      this.timeout(20_000)
      await using pair = await connectedPair({
        serves: Numbered,
        connects: Numbered,
        server: { pipeline: server },
        client: { pipeline: client },
        both: { maxOutboxBytes: 2 ** 30 },
      })
      const ends = [pair.served, pair.connected]
      const flood = async (end: Numbered): Promise<void> => {
        for (let number = 0; number < count; number++) {
          const sent = end.transmit(end.numbered(number, false))
          if (number % 100 > 0) continue
          await sent
          // bounded buffers bound what two ends may have under way whose hooks wait for each other
          await end.replied(number / 10 - 30)
        }
      }
      await Promise.all(ends.map(flood))
      await Promise.all(ends.map((end) => end.arrived(count + count / 10)))
      await Promise.all(ends.map((end) => end.flush()))
      expect(ends.map((end) => [end.wrong, end.next, end.replies])).to.deep.equal([
        [undefined, count, count / 10],
        [undefined, count, count / 10],
      ])
    })
  }
})

describe('a slow hook', () => {
  it('makes a flooding peer wait in the kernel, with little of its bytes in memory', async () => {
    const gate = new Gate()
    class Slow extends Bare {
      protected override transmissionReceived(): Promise<void> {
        return gate.pass()
      }
    }
    const limits = { maxInboxMessages: 10, maxInboxBytes: 1_000_000 }
    await using ends = await serverWithPeer(Slow, limits)
    await ends.peer.open()
    const frame = Buffer.alloc(100_004)
    frame.writeUInt32BE(100_000)
    const before = process.memoryUsage().arrayBuffers
    for (let at = 0; at < 600; at++) ends.peer.socket.write(frame)
    await gate.reached
    await turns(200)
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(5_000_000)
    expect(ends.peer.socket.writableLength).to.be.above(20_000_000)
    gate.open()
    await ends.peer.read(600)
  })

  it('also does so when the messages are tiny: their number is bounded', async () => {
    const gate = new Gate()
    class Slow extends Bare {
      protected override transmissionReceived(): Promise<void> {
        return gate.pass()
      }
    }
    await using ends = await serverWithPeer(Slow, { maxInboxMessages: 100 })
    await ends.peer.open()
    const frames = Buffer.alloc(50_000)
    for (let at = 0; at < frames.length; at += 5) frames.writeUInt32BE(1, at)
    ends.peer.send(frames)
    await gate.reached
    await turns(50)
    expect(ends.peer.unread.length / 2).to.be.within(100, 102)
    gate.open()
    await ends.peer.read(10_000)
  })

  it('at both ends that wait for each other, with every inbox full, ends with an error and not never', async () => {
    const clock = new ManualClock()
    class Stubborn extends Witness {
      protected override async transmissionReceived(message: Buffer): Promise<void> {
        void super.transmissionReceived(message)
        await this.transmit(message)
      }
    }
    const both = { clock, maxInboxMessages: 2, idleTimeoutMs: 60_000 }
    await using pair = await connectedPair({ serves: Stubborn, connects: Stubborn, both })
    const sent = [pair.served, pair.connected].flatMap((end) =>
      Array.from({ length: 50 }, () => end.transmit(Buffer.of(1))),
    )
    const outcomes = await clock.passUntil(Promise.allSettled(sent))
    expect(outcomes.some(({ status }) => status === 'rejected')).to.equal(true)
    const causes = [codeOf(await pair.served.over), codeOf(await pair.connected.over)]
    expect(causes).to.include.oneOf(['IDLE_TIMEOUT', 'ANSWER_TIMEOUT', 'COLLISION'])
  })
})
