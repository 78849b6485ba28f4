import type { Socket } from 'node:net'
import { expect } from 'chai'
import { Duplex } from 'node:stream'
import { SocketSink } from '@/core/socketSink.js'
import { turns, turnsUntil } from '../support/turns.js'
import { Wire } from '../support/wire.js'

/** A stream that writes when the spec says so. */
const held = (): { stream: Duplex; done: ((error?: Error) => void)[] } => {
  const done: ((error?: Error) => void)[] = []
  const stream = new Duplex({
    read() {},
    write(_chunk, _encoding, callback) {
      done.push(callback)
    },
  })
  stream.on('error', () => {})
  return { stream, done }
}

const owner = (): {
  settled: number
  offered: number[][]
  bytesSettled(): void
  bytesOffered(c: Buffer, t: number): void
} => ({
  settled: 0,
  offered: [],
  bytesSettled() {
    this.settled++
  },
  bytesOffered(chunk, taken) {
    this.offered.push([chunk.length, taken])
  },
})

/** Offers 50,000 bytes at a time until the system takes no more. @returns how many bytes the sink has taken */
const filled = (sink: SocketSink): number => {
  const { bytes } = sink.offer(Buffer.alloc(50_000), true)
  return sink.pendingBytes > 0 ? bytes : bytes + filled(sink)
}

/** Reads until exactly so many bytes have arrived. */
const arrival = async (socket: Socket, bytes: number): Promise<void> => {
  let left = bytes
  for await (const chunk of socket) if (chunk instanceof Buffer && (left -= chunk.length) <= 0) break
  expect(left).to.equal(0)
}

describe('SocketSink', () => {
  it('takes what fits under the high-water mark, then nothing until the system has taken it', async () => {
    const { stream, done } = held()
    const told = owner()
    const sink = new SocketSink(stream, 10, told)
    expect(sink.offer(Buffer.alloc(4), true)).to.deep.equal({ bytes: 4, more: true })
    expect(sink.offer(Buffer.alloc(9), true)).to.deep.equal({ bytes: 6, more: false })
    expect(sink.offer(Buffer.alloc(1), true)).to.deep.equal({ bytes: 0, more: false })
    expect([sink.pendingBytes, told.settled, told.offered]).to.deep.equal([
      10,
      0,
      [
        [4, 4],
        [9, 6],
      ],
    ])
    done.shift()?.()
    await turns()
    expect([sink.pendingBytes, told.settled]).to.deep.equal([6, 1])
    expect(sink.offer(Buffer.alloc(9), true)).to.deep.equal({ bytes: 4, more: false })
    stream.destroy()
  })

  it('takes a rest of up to a quarter of the mark along, since it would need a write of its own', () => {
    const { stream } = held()
    const sink = new SocketSink(stream, 16, owner())
    expect(sink.offer(Buffer.alloc(21), false)).to.deep.equal({ bytes: 16, more: false })
    stream.destroy()
    const other = held()
    const taker = new SocketSink(other.stream, 16, owner())
    expect(taker.offer(Buffer.alloc(20), false)).to.deep.equal({ bytes: 20, more: false })
    other.stream.destroy()
  })

  it('says once that all offers between cork and uncork have settled, and when the mark has cut them short', async () => {
    for (const [mark, offers] of [
      [100, [3, 4, 5]],
      [8, [3, 4, 5]],
    ] as const) {
      const written: ((error?: Error) => void)[] = []
      const stream = new Duplex({
        read() {},
        writev(_chunks, callback) {
          written.push(callback)
        },
      })
      const told = owner()
      const sink = new SocketSink(stream, mark, told)
      sink.cork()
      for (const [index, bytes] of offers.entries()) {
        if (!sink.offer(Buffer.alloc(bytes), index === offers.length - 1).more) break
      }
      sink.uncork()
      written.shift()?.()
      await turns(2)
      expect([told.settled, sink.pendingBytes, written]).to.deep.equal([1, 0, []])
      stream.destroy()
    }
  })

  it('tells what is taken before the stream has it, so before the other end can read it', () => {
    const order: string[] = []
    const stream = new Duplex({
      read() {},
      write(_chunk, _encoding, callback) {
        order.push('written')
        callback()
      },
    })
    const telling = { bytesSettled: (): void => {}, bytesOffered: (): void => void order.push('told') }
    new SocketSink(stream, 10, telling).offer(Buffer.alloc(4), true)
    expect(order).to.deep.equal(['told', 'written'])
    stream.destroy()
  })

  it('sees at once that a socket has taken few bytes, and asks for no call', async () => {
    await using wire = await Wire.open()
    const told = owner()
    const sink = new SocketSink(wire.near, 1_000_000, told)
    expect([sink.offer(Buffer.alloc(65_536), true).bytes, sink.pendingBytes]).to.deep.equal([65_536, 0])
    await turns(5)
    expect(told.settled).to.equal(0)
    sink.offer(Buffer.alloc(65_537), true)
    await turns(5)
    expect(told.settled).to.equal(1)
  })

  it('is called when few bytes have settled that the system was too full for', async () => {
    await using wire = await Wire.open()
    const told = owner()
    const sink = new SocketSink(wire.near, 1_000_000, told)
    const sent = filled(sink)
    expect(told.settled).to.equal(0)
    const arrived = arrival(wire.far, sent)
    await turnsUntil(() => told.settled > 0)
    expect([sink.pendingBytes, told.settled]).to.deep.equal([0, 1])
    await arrived
  })

  it('never counts as settled what a socket has refused at once', async () => {
    await using wire = await Wire.open()
    wire.near.on('error', () => {})
    const told = owner()
    const sink = new SocketSink(wire.near, 1_000_000, told)
    const closed = new Promise((resolve) => wire.near.once('close', resolve))
    await turns(5)
    wire.far.resetAndDestroy()
    sink.offer(Buffer.alloc(4), true)
    expect(sink.pendingBytes).to.equal(Number.POSITIVE_INFINITY)
    await closed
    expect(told.settled).to.equal(0)
  })

  it('takes nothing once the stream has ended or is destroyed', () => {
    for (const how of ['end', 'destroy'] as const) {
      const { stream } = held()
      const sink = new SocketSink(stream, 10, owner())
      stream[how]()
      expect(sink.offer(Buffer.alloc(4), true)).to.deep.equal({ bytes: 0, more: false })
    }
  })

  it('never counts as settled what the system refused, nor what was pending when the stream was destroyed', async () => {
    for (const how of ['refused', 'destroyed'] as const) {
      const { stream, done } = held()
      const told = owner()
      const sink = new SocketSink(stream, 100, told)
      sink.offer(Buffer.alloc(4), true)
      sink.offer(Buffer.alloc(5), true)
      if (how === 'refused') done.shift()?.(new Error('no'))
      else stream.destroy(new Error('pulled'))
      await turns(2)
      expect([told.settled, sink.pendingBytes]).to.deep.equal([0, Number.POSITIVE_INFINITY])
    }
  })
})
