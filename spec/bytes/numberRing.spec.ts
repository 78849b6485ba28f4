import { expect } from 'chai'
import * as fc from 'fast-check'
import { NumberRing } from '@/bytes/numberRing.js'

describe('NumberRing', () => {
  it('gives 0 when it is empty', () => {
    const ring = new NumberRing()
    expect([ring.length, ring.shift(), ring.length]).to.deep.equal([0, 0, 0])
  })

  it('keeps numbers up to 2^53 - 1 exactly', () => {
    const ring = new NumberRing()
    for (const value of [0, 0xffff_ffff, Number.MAX_SAFE_INTEGER]) ring.push(value)
    expect([ring.shift(), ring.shift(), ring.shift()]).to.deep.equal([0, 4_294_967_295, 9_007_199_254_740_991])
  })

  it('does as an array would, whatever is done with it', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(), { nil: undefined })), (deeds) => {
        const ring = new NumberRing()
        const array: number[] = []
        for (const deed of deeds) {
          if (deed === undefined) expect(ring.shift()).to.equal(array.shift() ?? 0)
          else {
            ring.push(deed)
            array.push(deed)
          }
          expect(ring.length).to.equal(array.length)
        }
      }),
    )
  })
})
