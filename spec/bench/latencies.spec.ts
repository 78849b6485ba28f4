import { expect } from 'chai'
import { latenciesOf, percentileNs } from '@/bench/latencies.js'

describe('latencies', () => {
  it('keep the ends, the mean and what share of the messages took at most how long', () => {
    const latencies = latenciesOf('even', [...Array(99).fill(1_000), 500_000])
    expect(latencies).to.include({ name: 'even', count: 100, minNs: 1_000, meanNs: 5_990 })
    expect(latencies.maxNs).to.be.closeTo(500_000, 500)
    expect(percentileNs(latencies, 50)).to.equal(1_000)
    expect(percentileNs(latencies, 99)).to.equal(1_000)
    expect(percentileNs(latencies, 99.9)).to.be.closeTo(500_000, 500)
    expect(latencies.percentiles.at(-1)?.[0]).to.equal(100)
  })
})
