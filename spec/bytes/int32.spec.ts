import { expect } from 'chai'
import * as fc from 'fast-check'
import { int32At, putInt32 } from '@/bytes/int32.js'
import { hex } from '../support/hex.js'

describe('int32', () => {
  it('reads four bytes big-endian, with a sign', () => {
    const bytes = hex('00 01020304 ffffffff 80000000')
    expect([1, 5, 9].map((at) => int32At(bytes, at))).to.deep.equal([0x01020304, -1, -2_147_483_648])
  })

  it('puts a value, signed or not, where it is read again, and touches nothing beside it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), (value) => {
        const bytes = hex('aaaaaaaaaaaa')
        putInt32(bytes, 1, value)
        expect([int32At(bytes, 1), bytes.readInt32BE(1), bytes[0], bytes[5]]).to.deep.equal([
          value | 0,
          value | 0,
          0xaa,
          0xaa,
        ])
      }),
    )
  })
})
