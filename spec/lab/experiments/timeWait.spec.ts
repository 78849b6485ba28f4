import { expect } from 'chai'
import { timeWait } from '@/lab/experiments/timeWait.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment time-wait', () => {
  it('finds the entries with who ended first, none behind a reset, and a port that is free again', async () => {
    const { number, finding } = await reportOf(timeWait)
    if (finding('at the client after').verdict !== 'not seen') {
      expect(number('at the client after')).to.be.within(1, 20)
      expect(number('at the server after')).to.be.within(1, 20)
      expect(number('ended by a reset')).to.equal(0)
    }
    expect(finding('listening again').measured).to.equal('it listens')
    expect(finding('where somebody listens').measured).to.equal('EADDRINUSE')
  })
})
