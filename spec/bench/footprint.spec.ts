import { expect } from 'chai'
import { footprintOf } from '@/bench/index.js'
import { bareNet } from '../../benchmarks/contenders/bareNet.js'
import { trialPlan } from '../support/trialPlan.js'

describe('a footprint', function () {
  this.timeout(120_000)

  it('has every byte on the wire: 4 of length and 100 of message there, none back', async () => {
    const footprint = await footprintOf(bareNet, 'unix', { bytes: 100, count: 50 }, trialPlan())
    expect(footprint).to.include({ outBytes: 104, backBytes: 0 })
    expect(footprint.clientBytes).to.be.at.least(0)
    expect(footprint.serverBytes).to.be.at.least(0)
  })
})
