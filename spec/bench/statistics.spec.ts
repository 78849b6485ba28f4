import { expect } from 'chai'
import { ratios, spreadOf } from '@/bench/statistics.js'

describe('statistics', () => {
  it('takes the middle half of the samples for their spread', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).to.deep.equal({ median: 3, low: 2, high: 4 })
    expect(spreadOf([2])).to.deep.equal({ median: 2, low: 2, high: 2 })
  })

  it('compares samples of the same round, and nothing where one of both was left out', () => {
    expect(ratios([2, 9], [1, 3])).to.deep.equal([2, 3])
    expect(ratios([2, 9], [])).to.deep.equal([])
    expect(ratios([], [1, 3])).to.deep.equal([])
  })
})
