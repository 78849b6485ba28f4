import { expect } from 'chai'
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
})
