import { expect } from 'chai'
import * as fc from 'fast-check'
import { Pieces } from '@/protocols/lonely/bodies/pieces.js'
import { collectGarbage } from '../../../support/garbage.js'

describe('the pieces of a body', () => {
  it('are the bytes that came, whole or one after the other, whatever their sizes', () => {
    const size = fc.oneof(fc.nat(20), fc.nat(5_000), fc.constantFrom(1_023, 1_024, 16_383, 16_384, 70_000))
    fc.assert(
      fc.property(fc.array(size, { maxLength: 30 }), (sizes) => {
        const [one, other] = [new Pieces(), new Pieces()]
        const came = sizes.map((length, at) => Buffer.alloc(length, at))
        for (const piece of came) {
          one.add(piece)
          other.add(Buffer.from(piece))
        }
        const whole = Buffer.concat(came)
        expect(Buffer.concat(one.takeAll()).equals(whole)).to.equal(true)
        expect(other.takeWhole().equals(whole)).to.equal(true)
        expect([one.takeWhole().length, other.takeAll().length]).to.deep.equal([0, 0])
      }),
      { numRuns: 200 },
    )
  })

  it('take the memory of their bytes, though a million come with one byte each, and some between large ones', () => {
    const pieces = new Pieces()
    const byte = Buffer.alloc(1)
    const large = Buffer.alloc(16_384)
    collectGarbage()
    const before = process.memoryUsage()
    for (let i = 0; i < 1_000_000; i++) {
      pieces.add(byte)
      if (i % 5_000 === 0) pieces.add(large)
    }
    collectGarbage()
    const { heapUsed, external } = process.memoryUsage()
    expect(heapUsed + external - before.heapUsed - before.external).to.be.below(8_000_000)
    expect(pieces.takeWhole()).to.have.lengthOf(1_000_000 + 200 * 16_384)
  })

  it('that are small keep alive nothing of what they came in', () => {
    const pieces = new Pieces()
    const chunk = Buffer.alloc(100_000, 'x')
    pieces.add(chunk.subarray(10, 20))
    chunk.fill(0)
    const whole = pieces.takeWhole()
    expect([whole.toString(), whole.buffer.byteLength < 100_000]).to.deep.equal(['x'.repeat(10), true])
  })
})
