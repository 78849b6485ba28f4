import { expect } from 'chai'
import { setTimeout as wait } from 'node:timers/promises'
import { Arrivals } from '@/bench/arrivals.js'
import { Messages } from '@/bench/messages.js'

describe('arrivals', () => {
  it('recognises messages however the stream is cut, with and without looking at every byte', () => {
    const load = { bytes: 1_000, count: 3 }
    const messages = new Messages(load)
    const stream = Buffer.concat(
      [0, 1, 2].flatMap((index) => [...messages.pieces(index)].map((piece) => Buffer.from(piece))),
    )
    for (const thorough of [true, false]) {
      for (const cut of [1, 3, 7, 999, 1_000, 1_001, 3_000]) {
        const arrivals = new Arrivals()
        arrivals.expect(load, thorough)
        for (let at = 0; at < stream.length; at += cut) arrivals.bytes(stream.subarray(at, at + cut))
        expect(() => arrivals.check(), `cut ${cut}`).to.not.throw()
        arrivals.bytes(Buffer.alloc(1))
        expect(() => arrivals.check()).to.throw('1 bytes came after the last of 3 messages')
      }
    }
  })

  it('compares every byte of each 256th message also where it does not look at all of them', () => {
    const load = { bytes: 64, count: 600 }
    const messages = new Messages(load)
    const complaint = (altered: number, how: 'message' | 'bytes'): string => {
      const arrivals = new Arrivals()
      arrivals.expect(load, false)
      for (let index = 0; index < load.count; index++) {
        const message = Buffer.from(messages.at(index))
        if (index === altered) message[30] = 0
        arrivals[how](message)
      }
      try {
        arrivals.check()
        return 'nothing'
      } catch (error) {
        return String(error)
      }
    }
    for (const how of ['message', 'bytes'] as const) {
      expect(complaint(511, how)).to.include('message 511 is not what was sent')
      expect(complaint(510, how)).to.equal('nothing')
    }
  })

  it('fail when nothing comes for long, and not while something does', async () => {
    const load = { bytes: 64, count: 3 }
    const messages = new Messages(load)
    const arrivals = new Arrivals()
    arrivals.expect(load, true)
    arrivals.watch(20)
    arrivals.message(Buffer.from(messages.at(0)))
    arrivals.bytes(Buffer.from(messages.at(1)).subarray(0, 10))
    const failed = await arrivals.all().catch((error: unknown) => error)
    expect(failed).to.have.property('message', '1 of 3 messages came, and nothing more within 0.02 s')
    const awaited = new Arrivals()
    awaited.expect(load, true)
    awaited.watch(5)
    await wait(20)
    expect(() => awaited.check(), 'before the first').to.not.throw()
    awaited.expect(load, true)
    const whole = new Arrivals()
    whole.expect(load, true)
    whole.watch(5)
    for (const index of [0, 1, 2]) whole.message(Buffer.from(messages.at(index)))
    await wait(20)
    expect(() => whole.check()).to.not.throw()
  })

  describe('on three connections', () => {
    const load = { bytes: 64, count: 4 }
    /** Message `index` of a connection, as it was sent. */
    const message = (lane: number, index: number): Buffer => Buffer.from(new Messages(load, { lane, of: 3 }).at(index))
    const expecting = (): Arrivals => {
      const arrivals = new Arrivals()
      arrivals.expect(load, true, 3)
      return arrivals
    }

    /** The next message of each of these connections, in this order. */
    const feeding = (arrivals: Arrivals): ((lanes: readonly number[]) => void) => {
      const counts = [0, 0, 0]
      return (lanes) => {
        for (const lane of lanes) {
          const index = counts[lane] ?? 0
          counts[lane] = index + 1
          arrivals.message(message(lane, index))
        }
      }
    }

    it('take those of different connections in any order, and know how far each was when half had come', async () => {
      const arrivals = expecting()
      const feed = feeding(arrivals)
      feed([0, 0, 2, 0, 2, 0])
      expect([...arrivals.halfway]).to.deep.equal([4, 0, 2])
      feed([1, 1, 2, 1, 1, 2])
      expect(await arrivals.all()).to.be.a('number')
      expect([...arrivals.halfway]).to.deep.equal([4, 0, 2])
    })

    it('refuse a message that has overtaken another one of its connection', () => {
      const arrivals = expecting()
      arrivals.message(message(1, 0))
      arrivals.message(message(2, 1))
      expect(() => arrivals.check()).to.throw(
        'what came on connection 2 as message 0 is not what was sent as message 0',
      )
    })
  })
})
