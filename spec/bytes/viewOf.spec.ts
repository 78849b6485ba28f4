import { expect } from 'chai'
import { viewOf } from '@/bytes/viewOf.js'

describe('a view of memory', () => {
  const memory = new ArrayBuffer(16)
  new Uint8Array(memory).set([0xa0, 0xa1, 0xa2, 0xa3, 0xa4])

  it('is a Buffer with the bytes from the place on, as many as asked for', () => {
    const view = viewOf(memory, 1, 3)
    expect(Buffer.isBuffer(view)).to.equal(true)
    expect(view.toString('hex')).to.equal('a1a2a3')
  })

  it('is what `subarray` gives, at every place and in every length', () => {
    const whole = Buffer.from(memory)
    for (let at = 0; at <= 16; at++) {
      for (let length = 0; at + length <= 16; length++) {
        const view = viewOf(memory, at, length)
        const same = whole.subarray(at, at + length)
        expect([view.byteOffset, view.length, view.equals(same)]).to.deep.equal([same.byteOffset, length, true])
        expect(Object.getPrototypeOf(view)).to.equal(Object.getPrototypeOf(same))
      }
    }
  })

  it('shares its memory: what is written through one is seen through the other', () => {
    const view = viewOf(memory, 8, 2)
    view[1] = 0x7e
    expect(new Uint8Array(memory)[9]).to.equal(0x7e)
    new Uint8Array(memory)[8] = 0x7f
    expect(view.toString('hex')).to.equal('7f7e')
  })

  it('cannot reach beyond its memory', () => {
    expect(() => viewOf(memory, 15, 2)).to.throw(RangeError)
  })
})
