import { expect } from 'chai'
import { Begun } from '@/framings/begun.js'
import { hex } from '../support/hex.js'

const MOST = 1_000_000

describe('Begun', () => {
  it('hands out what was added, in order, and is empty then', () => {
    const begun = new Begun()
    begun.add(hex('6162'), MOST)
    begun.add(hex(''), MOST)
    begun.add(hex('63'), MOST)
    expect([begun.length, begun.take(), begun.length, begun.take()]).to.deep.equal([3, hex('616263'), 0, hex('')])
  })

  it('copies: what becomes of a part afterwards does not matter, nor what comes after a message was taken', () => {
    const begun = new Begun()
    const part = hex('6162')
    begun.add(part, MOST)
    part.fill(0)
    const first = begun.take()
    begun.add(hex('ffff'), MOST)
    expect(first).to.deep.equal(hex('6162'))
  })

  it('hands out the last part itself when nothing is here, and puts it behind when something is', () => {
    const begun = new Begun()
    const part = hex('63')
    expect(begun.takeWith(part)).to.equal(part)
    begun.add(hex('6162'), MOST)
    expect(begun.takeWith(part)).to.deep.equal(hex('616263'))
    begun.add(hex('61'), MOST)
    expect(begun.takeWith(hex(''))).to.deep.equal(hex('61'))
    expect(begun.length).to.equal(0)
  })

  it('shows the last bytes and keeps them', () => {
    const begun = new Begun()
    begun.add(hex('616263'), MOST)
    expect([begun.last(2), begun.last(9), begun.last(0), begun.length]).to.deep.equal([
      hex('6263'),
      hex('616263'),
      hex(''),
      3,
    ])
  })

  it('holds at most twice what is here, or 256 bytes, and never more than can come', () => {
    for (const most of [100, 5_000, MOST]) {
      const begun = new Begun()
      for (let have = 1; have <= Math.min(most, 20_000); have++) {
        begun.add(hex('61'), most)
        const held = begun.last(have).buffer.byteLength
        if (held > Math.min(most, Math.max(256, 2 * have))) expect.fail(`${held} bytes are held for ${have}`)
      }
    }
  })
})
