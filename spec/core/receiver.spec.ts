import { expect } from 'chai'
import { Inbox, type Item } from '@/core/inbox.js'
import { InboundStream } from '@/core/inboundStream.js'
import { MemoryBudget } from '@/core/memoryBudget.js'
import { type ConnectionOptions, settingsOf } from '@/core/options.js'
import { Receiver } from '@/core/receiver.js'
import { TransportError } from '@/errors.js'
import type { Step } from '@/framings/framing.js'
import { Recorder } from '../support/recorder.js'
import { StubFraming } from '../support/stubFraming.js'
import { turns } from '../support/turns.js'

const offer = (size: number): Step => ({ do: 'offer', size })
const deliver = (text: string): Step => ({ do: 'deliver', message: Buffer.from(text) })
const piece = (text: string, size: number, left: number): Step => ({
  do: 'piece',
  bytes: Buffer.from(text),
  size,
  left,
})

interface BenchOptions {
  readonly options?: ConnectionOptions
  readonly asks?: (size: number) => boolean | Promise<boolean>
  readonly streams?: boolean
  readonly budgetBytes?: number
  readonly announces?: boolean
  readonly started?: boolean
}

/** A receiver over steps that the spec gives, and what it told. */
class Bench {
  readonly told: string[] = []
  readonly items: Item[] = []
  readonly failures: TransportError[] = []
  readonly framing: StubFraming
  readonly budget: MemoryBudget
  readonly inbox: Inbox
  readonly receiver: Receiver

  constructor({
    options = {},
    asks,
    streams = false,
    budgetBytes = 1_000_000,
    announces = true,
    started = true,
  }: BenchOptions = {}) {
    const settings = settingsOf(options)
    this.framing = new StubFraming(new Recorder(), announces)
    this.budget = new MemoryBudget(budgetBytes, 1_000)
    this.inbox = new Inbox(this.budget, settings.maxInboxMessages, settings.maxInboxBytes)
    this.receiver = new Receiver(
      this.framing,
      this.inbox,
      this.budget,
      settings,
      { asks: asks !== undefined, streams },
      {
        openingDone: () => this.told.push('opened'),
        messageArrived: (message) => {
          this.items.push(message)
          this.told.push(String(message))
        },
        streamArrived: (stream) => {
          this.items.push(stream)
          this.told.push(`stream ${stream.size}`)
        },
        answersArrived: (count) => this.told.push(`answers ${count}`),
        address: () => '',
        consentTo: (size) => asks?.(size),
        answerWithheld: (size, reason) => this.told.push(`withheld ${size} ${reason}`),
        receiveFailed: (error) => this.failures.push(error),
        readingResumed: () => {
          this.told.push('resumed')
          this.receiver.pump()
        },
        payloadMoved: () => {},
      },
    )
    if (started) this.receiver.started()
  }

  read(...steps: Step[]): this {
    this.framing.steps.push(...steps)
    this.receiver.pump()
    return this
  }
}

describe('Receiver', () => {
  it('hands on what the framing reads, in order', () => {
    const bench = new Bench().read({ do: 'opened' }, deliver('a'), { do: 'answered', count: 2 }, deliver(''))
    expect(bench.told).to.deep.equal(['opened', 'a', 'answers 2', ''])
    expect(bench.receiver).to.include({ blocked: false, seenMessages: 2 })
  })

  it('puts a message that comes in pieces together', () => {
    const bench = new Bench().read(offer(6), piece('ab', 6, 4), piece('c', 6, 3))
    expect([bench.told, bench.receiver.expectedBytes]).to.deep.equal([[], 6])
    bench.read(piece('def', 6, 0))
    expect([bench.told, bench.receiver.expectedBytes]).to.deep.equal([['abcdef'], 0])
  })

  it('knows where the bytes of a large message belong while the framing says that they are payload', () => {
    const bench = new Bench().read(offer(100_000), piece('x'.repeat(30_000), 100_000, 70_000))
    expect(bench.receiver.nextPlace()).to.equal('unknown')
    bench.framing.payloadLeft = 70_000
    expect(bench.receiver.nextPlace()).to.have.length(70_000)
    bench.read(piece('y'.repeat(70_000), 100_000, 0))
    expect(bench.receiver.nextPlace()).to.equal('unknown')
  })

  it('leaves a smaller one, of 65_535 bytes, where it is read', () => {
    const bench = new Bench().read(offer(65_535), piece('x', 65_535, 65_534))
    bench.framing.payloadLeft = 65_534
    expect(bench.receiver.nextPlace()).to.equal('unknown')
  })

  it('fails, and throws nothing at the socket, when there is no memory for the rest of a message', () => {
    const bench = new Bench().read(offer(100_000), piece('x', 100_000, 99_999))
    bench.framing.payloadLeft = 99_999
    const ample: unknown = Reflect.get(Buffer, 'allocUnsafeSlow')
    Buffer.allocUnsafeSlow = () => {
      throw new RangeError('Array buffer allocation failed')
    }
    try {
      expect(bench.receiver.nextPlace()).to.equal('unknown')
    } finally {
      Reflect.set(Buffer, 'allocUnsafeSlow', ample)
    }
    expect(bench.failures.map(({ cause }) => cause)[0]).to.be.instanceOf(RangeError)
  })

  it('promises memory with the yes, and gives the promise back when the message is whole', () => {
    const bench = new Bench().read(offer(100_000))
    expect([bench.framing.verdicts, bench.budget.bytes]).to.deep.equal([['accepted'], 100_000])
    bench.read(piece('x'.repeat(60_000), 100_000, 40_000), piece('y'.repeat(40_000), 100_000, 0))
    expect(bench.budget.bytes).to.equal(0)
  })

  it('gives the promise back when it stops half-way', () => {
    const bench = new Bench().read(offer(100_000), piece('x', 100_000, 99_999))
    bench.receiver.stop(new TransportError('CLOSED'))
    expect(bench.budget.bytes).to.equal(0)
  })

  it('refuses what is above the limit with the numbers, and reads no further', () => {
    const bench = new Bench({ options: { maxMessageBytes: 10 } }).read(offer(11), deliver('never'))
    expect(bench.framing.verdicts).to.deep.equal(['refused'])
    expect(bench.failures[0]).to.deep.include({ code: 'MESSAGE_TOO_LARGE' })
    expect(bench.failures[0]?.detail).to.include({ size: 11, limit: 10 })
  })

  it('says what an absurd length looks like', () => {
    const bench = new Bench().read(offer(0x47455420))
    expect(bench.failures[0]?.detail['looksLike']).to.equal('an HTTP request ("GET ")')
  })
})

describe('Receiver, asking for consent', () => {
  it('takes yes and no at once', () => {
    const bench = new Bench({ asks: (size) => size < 5 }).read(offer(4), deliver('abcd'), offer(5))
    expect(bench.framing.verdicts).to.deep.equal(['accepted', 'refused'])
    expect(bench.told).to.deep.equal(['abcd'])
  })

  it('withholds the answer while a promise is pending, asks once, and resumes with its yes', async () => {
    let asked = 0
    const bench = new Bench({ asks: () => (asked++, Promise.resolve(true)) }).read(offer(4), deliver('abcd'))
    bench.receiver.pump()
    expect([bench.told, bench.receiver.blocked, asked]).to.deep.equal([['withheld 4 consent'], true, 1])
    await turns()
    expect(bench.told).to.deep.equal(['withheld 4 consent', 'resumed', 'abcd'])
  })

  it('takes a rejected promise and a throw as a no, and as the failure of the connection', async () => {
    const late = new Bench({ asks: () => Promise.reject(new Error('no')) }).read(offer(4))
    await turns()
    const early = new Bench({
      asks: () => {
        throw new Error('no')
      },
    }).read(offer(4))
    expect([late.failures.length, early.failures.length]).to.deep.equal([1, 1])
    expect([...late.framing.verdicts, ...early.framing.verdicts]).to.deep.equal(['refused', 'refused'])
  })
})

describe('Receiver, waiting', () => {
  it('withholds the answer while the inbox is full, and asks again when it is pumped', () => {
    const bench = new Bench({ options: { maxInboxMessages: 1 } })
    bench.inbox.put(Buffer.from('held'))
    bench.read(offer(3), deliver('abc'))
    expect(bench.told).to.deep.equal(['withheld 3 room'])
    bench.inbox.take()
    bench.receiver.pump()
    expect(bench.told).to.deep.equal(['withheld 3 room', 'abc'])
  })

  it('withholds the answer while the budget is used up, and resumes when something is given back', async () => {
    const bench = new Bench({ budgetBytes: 100_000 })
    bench.budget.take(50_000, 1)
    bench.read(offer(60_000))
    expect(bench.told).to.deep.equal(['withheld 60000 budget'])
    bench.budget.give(50_000, 1)
    await turns()
    expect([bench.told, bench.framing.verdicts]).to.deep.equal([['withheld 60000 budget', 'resumed'], ['accepted']])
  })

  it('until preLoop is done withholds what is above maxFirstMessageBytes, and refuses it when receive() waits', () => {
    const options = { maxFirstMessageBytes: 10 }
    const bench = new Bench({ options, started: false }).read(offer(10), deliver('0123456789'), offer(11))
    expect(bench.told).to.deep.equal(['0123456789', 'withheld 11 preLoop'])
    bench.receiver.started()
    bench.receiver.pump()
    expect(bench.framing.verdicts).to.deep.equal(['accepted', 'accepted'])

    const waiting = new Bench({ options, started: false })
    void waiting.inbox.receive(undefined)
    waiting.read(offer(11))
    expect(waiting.failures[0]?.detail).to.include({ size: 11, limit: 10 })
  })

  it('refuses everything announced once it drains, with DRAINING', () => {
    const bench = new Bench()
    bench.receiver.drain()
    bench.read(offer(1))
    expect(bench.failures[0]).to.have.property('code', 'DRAINING')
  })

  it('does not call next on a framing that announces nothing while there is no room', () => {
    const bench = new Bench({ options: { maxInboxMessages: 1 }, announces: false })
    bench.inbox.put(Buffer.from('held'))
    bench.read(deliver('a'))
    expect([bench.told, bench.receiver.blocked, bench.framing.steps.length]).to.deep.equal([[], true, 1])
    bench.inbox.take()
    bench.receiver.pump()
    expect(bench.told).to.deep.equal(['a'])
  })
})

describe('Receiver, streaming', () => {
  const options = { maxMessageBytes: 4, maxStreamBytes: 10 ** 6 }

  it('hands on what is above maxMessageBytes as a stream, and promises no memory for it', async () => {
    const bench = new Bench({ options, streams: true }).read(offer(6), piece('abc', 6, 3))
    expect([bench.told, bench.budget.bytes]).to.deep.equal([['stream 6'], 0])
    bench.read(piece('def', 6, 0), offer(3), deliver('xyz'))
    const [stream] = bench.items
    if (!(stream instanceof InboundStream)) throw new Error('no stream')
    expect((await stream.toArray()).join('')).to.equal('abcdef')
    expect(bench.told).to.deep.equal(['stream 6', 'xyz'])
  })

  it('stops reading when the reader is behind, and resumes when it wants more', async () => {
    const size = 600_000
    const bench = new Bench({ options, streams: true }).read(offer(size), piece('x'.repeat(300_000), size, 300_000))
    bench.read(piece('y'.repeat(300_000), size, 0))
    expect([bench.receiver.blocked, bench.framing.steps.length]).to.deep.equal([true, 1])
    const [stream] = bench.items
    if (!(stream instanceof InboundStream)) throw new Error('no stream')
    const chunks: unknown[] = await stream.toArray()
    expect(chunks.join('')).to.have.length(size)
    expect(bench.receiver.blocked).to.equal(false)
  })

  it('throws away the rest when the reader has gone', async () => {
    const bench = new Bench({ options, streams: true }).read(offer(6), piece('ab', 6, 4))
    const [stream] = bench.items
    if (!(stream instanceof InboundStream)) throw new Error('no stream')
    stream.destroy()
    await turns()
    bench.read(piece('cdef', 6, 0), deliver('next'))
    expect(bench.told).to.include('next')
  })
})
