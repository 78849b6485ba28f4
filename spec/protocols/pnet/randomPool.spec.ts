import { expect } from 'chai'
import { RandomPool } from '@/protocols/pnet/randomPool.js'

describe('RandomPool', () => {
  it('gives as many bytes as it is asked for, none of them twice, across the ends of its pieces', () => {
    const { take } = new RandomPool()
    const seen = new Set<string>()
    for (const size of [16, 209, 4_000, 32, 4_096, 4_097, 1_000, 16]) {
      const bytes = take(size)
      expect(bytes).to.have.lengthOf(size)
      for (let at = 0; at + 16 <= size; at += 16) seen.add(Buffer.from(bytes.subarray(at, at + 16)).toString('hex'))
      expect(new Set(bytes).size, 'never a run of zeros').to.be.above(8)
    }
    expect(seen.size).to.equal(
      [16, 209, 4_000, 32, 4_096, 4_097, 1_000, 16].reduce((sum, n) => sum + Math.floor(n / 16), 0),
    )
  })

  it('gives memory that is nobody else’s', () => {
    const { take } = new RandomPool()
    const first = take(64)
    const before = Buffer.from(first)
    take(64).fill(7)
    take(4_096)
    expect(Buffer.from(first).equals(before)).to.equal(true)
  })

  it('gives nothing for nothing', () => {
    expect(new RandomPool().take(0)).to.have.lengthOf(0)
  })
})
