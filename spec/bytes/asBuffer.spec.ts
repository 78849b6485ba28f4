import { expect } from 'chai'
import { asBuffer } from '@/bytes/asBuffer.js'
import { hex } from '../support/hex.js'

describe('asBuffer', () => {
  it('gives back a Buffer as it is', () => {
    const buffer = hex('0102')
    expect(asBuffer(buffer)).to.equal(buffer)
  })

  it('shares the memory of a Uint8Array, and shows no more of it', () => {
    const whole = new Uint8Array([1, 2, 3, 4])
    const buffer = asBuffer(whole.subarray(1, 3))
    whole[1] = 9
    expect(buffer).to.deep.equal(hex('0903'))
  })
})
