import { expect } from 'chai'
import { distributionOf, percentileNs } from '@/bench/distribution.js'

describe('a distribution', () => {
  it('keeps the ends, the mean and what share of the messages took at most how long', () => {
    const distribution = distributionOf([...Array(99).fill(1_000), 500_000])
    expect(distribution).to.include({ count: 100, minNs: 1_000, meanNs: 5_990 })
    expect(distribution.maxNs).to.be.closeTo(500_000, 500)
    expect(percentileNs(distribution, 50)).to.equal(1_000)
    expect(percentileNs(distribution, 99)).to.equal(1_000)
    expect(percentileNs(distribution, 99.9)).to.be.closeTo(500_000, 500)
    expect(distribution.percentiles.at(-1)?.[0]).to.equal(100)
  })
})
