import { expect } from 'chai'
import { manyReads } from '@/lab/experiments/manyReads.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment many-reads', () => {
  it('finds that one write takes at least as many reads as it has pieces of 64 KiB, and loses nothing', async () => {
    const { number, finding, report } = await reportOf(manyReads)
    expect(number('reads that one write')).to.be.at.least(16)
    expect(number('the largest piece')).to.be.at.most(65_536)
    expect(finding('all bytes arrive').measured).to.equal('yes')
    const [pieces] = report.figures
    if (pieces?.kind !== 'bars') return expect.fail('the pieces are not bars')
    expect(pieces.bars.length).to.be.at.least(16)
  })
})
