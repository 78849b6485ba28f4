import { expect } from 'chai'
import * as fc from 'fast-check'
import { Outbox } from '@/core/outbox.js'
import { Sender } from '@/core/sender.js'
import { SlabPool } from '@/core/slabPool.js'
import { TransportError } from '@/errors.js'
import { HandshakeFraming } from '@/framings/handshake.js'
import { hex } from '../support/hex.js'
import { lcg32 } from '../support/lcg32.js'
import { rejection } from '../support/rejection.js'
import { ScriptedSink } from '../support/scriptedSink.js'
import { StubFraming } from '../support/stubFraming.js'

const LIMITS = { maxOutboxBytes: 2 ** 30, maxOutboxMessages: 1_000 }

/** A sender on a scripted sink, with the framing already open. */
class Bench {
  readonly sink: ScriptedSink
  readonly outbox: Outbox
  readonly framing: HandshakeFraming
  readonly sender: Sender
  readonly broken: TransportError[] = []
  readonly settled: string[] = []

  constructor(windowBytes: number, limits = LIMITS, script: Iterable<number> = []) {
    this.sink = new ScriptedSink(script)
    this.outbox = new Outbox(new SlabPool(), this.sink)
    this.framing = new HandshakeFraming({ role: 'opener', writer: this.outbox, maxMessageBytes: 1_000, windowBytes })
    this.sender = new Sender(this.framing, this.outbox, limits, {
      bytesWritten: () => {},
      frameBroken: (error) => this.broken.push(error),
      payloadMoved: () => {},
    })
    this.answer('ff')
  }

  /** Sends, and writes down how it ends. */
  send(text: string): void {
    this.sender.transmit(Buffer.from(text), undefined).then(
      () => this.settled.push(text),
      (error: TransportError) => this.settled.push(`${text} ${error.code}`),
    )
  }

  answer(digits: string): this {
    this.framing.push(hex(digits))
    while (this.framing.next() !== undefined) this.sender.pump()
    return this
  }

  /** All that can leave leaves, and the system takes it. */
  async letGo(): Promise<void> {
    this.sender.pump()
    this.outbox.flush()
    this.sender.seal()
    this.sink.settle()
    this.outbox.settle()
    this.sender.settle()
    await Promise.resolve()
    await Promise.resolve()
  }
}

describe('Sender', () => {
  it('resolves a transmit when its last byte has settled, and not when it was written', async () => {
    const bench = new Bench(1_000)
    bench.send('a')
    bench.outbox.flush()
    bench.sender.seal()
    bench.sender.settle()
    await Promise.resolve()
    expect([bench.sink.taken.toString('latin1'), bench.settled]).to.deep.equal(['\0\0\0\x01a', []])
    await bench.letGo()
    expect(bench.settled).to.deep.equal(['a'])
  })

  it('keeps the promises of several ticks in their order', async () => {
    const bench = new Bench(100_000)
    bench.send('a')
    bench.sender.seal()
    bench.send('b')
    bench.sender.seal()
    bench.send('c')
    bench.outbox.flush()
    bench.sink.pendingBytes = 5
    bench.sender.seal()
    bench.sender.settle()
    await Promise.resolve()
    expect(bench.settled).to.deep.equal(['a', 'b'])
    await bench.letGo()
    expect(bench.settled).to.deep.equal(['a', 'b', 'c'])
  })

  it('strict sends payload and next length together at each OK', async () => {
    const bench = new Bench(0)
    for (const text of ['a', '', 'b']) bench.send(text)
    const seen: string[] = []
    for (const answer of ['', 'ff', 'ff', 'ff']) {
      bench.answer(answer)
      const before = bench.sink.taken.length
      await bench.letGo()
      seen.push(bench.sink.taken.subarray(before).toString('hex'))
    }
    expect(seen).to.deep.equal(['00000001', '6100000000', '00000001', '62'])
    expect(bench.settled).to.deep.equal(['a', '', 'b'])
  })

  it('feeds the outbox only so far ahead of the sink', () => {
    const bench = new Bench(2 ** 30, LIMITS, [0])
    for (let at = 0; at < 100; at++) void bench.sender.transmit(lcg32(at, 100_000), undefined)
    bench.outbox.flush()
    expect(bench.outbox.waitingBytes).to.be.within(1_048_576, 1_250_000)
    expect(bench.sender.waitingMessages).to.be.above(80)
    expect(bench.sender.waitingBytes).to.be.within(10_000_000, 10_001_000)
  })

  it('flush resolves although later messages keep the outbox busy', async () => {
    const bench = new Bench(2 ** 20)
    bench.send('a')
    const states: string[] = []
    const flushed = bench.sender.flush(undefined).then(() => states.push('flushed'))
    bench.outbox.flush()
    bench.send('later')
    bench.sender.seal()
    bench.sink.pendingBytes = 0
    bench.answer('ff')
    bench.sender.settle()
    await Promise.resolve()
    await Promise.resolve()
    expect(states).to.deep.equal(['flushed'])
    await flushed
  })

  it('flush waits for the payload of a strict message whose OK has come', async () => {
    const bench = new Bench(0)
    bench.send('a')
    const states: string[] = []
    void bench.sender.flush(undefined).then(() => states.push('flushed'))
    await bench.letGo()
    bench.answer('ff')
    bench.sender.settle()
    await Promise.resolve()
    expect(states).to.deep.equal([])
    await bench.letGo()
    expect(states).to.deep.equal(['flushed'])
  })

  it('fail rejects what is queued, under way, written and flushed, and all that comes later', async () => {
    const bench = new Bench(0)
    bench.send('a')
    bench.send('b')
    const flushed = bench.sender.flush(undefined)
    bench.sender.fail(new TransportError('CLOSED'))
    bench.send('c')
    expect(await rejection(flushed)).to.have.property('code', 'CLOSED')
    expect(bench.settled).to.have.members(['a CLOSED', 'b CLOSED', 'c CLOSED'])
    expect(bench.sender).to.include({ waitingMessages: 0, busy: false })
  })

  it('answersEnded fails what needs an answer and lets a payload that has one leave', async () => {
    const bench = new Bench(0)
    bench.send('a')
    bench.send('b')
    await bench.letGo()
    bench.framing.push(hex('ff'))
    bench.framing.next()
    bench.sender.answersEnded(new TransportError('REMOTE_ENDED'))
    bench.send('c')
    await bench.letGo()
    expect(bench.settled).to.have.members(['b REMOTE_ENDED', 'c REMOTE_ENDED', 'a'])
    expect(bench.sink.taken.toString('hex')).to.equal('0000000161')
  })

  it('of a framing that adds no byte to an empty message keeps its promise all the same', async () => {
    const sink = new ScriptedSink()
    const outbox = new Outbox(new SlabPool(), sink)
    const owner = { bytesWritten: (): void => {}, frameBroken: (): void => {}, payloadMoved: (): void => {} }
    const sender = new Sender(new StubFraming(outbox), outbox, LIMITS, owner)
    const sent = sender.transmit(Buffer.alloc(0), undefined)
    outbox.flush()
    sender.seal()
    await sent
  })

  it('settles every transmit exactly once, whatever fails when, and sends whole frames in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1_024, 2 ** 20),
        fc.array(fc.constantFrom('send', 'large', 'answer', 'letGo', 'part', 'abort'), { maxLength: 40 }),
        async (window, deeds) => {
          const bench = new Bench(window, { maxOutboxBytes: 300_000, maxOutboxMessages: 5 })
          const outcomes: string[] = []
          let given = 0
          const controllers: AbortController[] = []
          for (const deed of deeds) {
            if (deed === 'send' || deed === 'large') {
              const controller = new AbortController()
              controllers.push(controller)
              const size = deed === 'large' ? 50_000 : given % 5
              const signal = given % 2 === 0 ? controller.signal : undefined
              const note = (): void => void outcomes.push('settled')
              bench.sender.transmit(lcg32(given++, size), signal).then(note, note)
            } else if (deed === 'answer' && bench.framing.unanswered > 0) bench.answer('ff')
            else if (deed === 'letGo') await bench.letGo()
            else if (deed === 'part') bench.outbox.flush()
            else if (deed === 'abort') controllers.shift()?.abort()
          }
          bench.sender.fail(new TransportError('CLOSED'))
          for (let turn = 0; turn < 5; turn++) await Promise.resolve()
          expect(outcomes).to.have.length(given)
          expect(bench.sender.waitingMessages).to.equal(0)
        },
      ),
      { numRuns: 300, seed: 7 },
    )
  })
})
