import { expect } from 'chai'
import { Duplex } from 'node:stream'
import { SocketSink } from '@/core/socketSink.js'
import { turns } from '../support/turns.js'

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
