import { expect } from 'chai'
import { eventLoopStall } from '@/lab/experiments/eventLoopStall.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment event-loop-stall', () => {
  it('finds that only the test at a fixed pace sees all whom a stall keeps waiting', async function () {
    this.timeout(15_000)
    const { number, report } = await reportOf(eventLoopStall)
    expect(number('the worst of that test')).to.be.at.least(180)
    expect(number('waited more than a tenth of the stall')).to.be.above(50)
    const [percentiles] = report.figures
    if (percentiles?.kind !== 'percentiles') return expect.fail('the first figure has no percentiles')
    const [closed, open] = percentiles.series.map(({ points }) => points.find(({ percentile }) => percentile === 95))
    expect(open?.value).to.be.above(closed?.value ?? Number.NaN)
  })
})
