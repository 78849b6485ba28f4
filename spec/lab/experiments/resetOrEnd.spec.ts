import { expect } from 'chai'
import { resetOrEnd } from '@/lab/experiments/resetOrEnd.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment reset-or-end', () => {
  it('finds that closing over unread bytes loses the answer, and that ending and reading on does not', async () => {
    const { number, finding } = await reportOf(resetOrEnd)
    expect(number('when the question had been read')).to.equal(1_048_576)
    expect(number('when the question lay unread')).to.be.below(1_048_576)
    expect(number('says end() and reads on')).to.equal(1_048_576)
    expect(finding('nothing to read').measured).to.equal('ECONNRESET')
  })
})
