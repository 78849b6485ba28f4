import { expect } from 'chai'
import { halfClose } from '@/lab/experiments/halfClose.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment half-close', () => {
  it('finds that the answer to an ended question needs a server that allows half-open connections', async () => {
    const { number, finding } = await reportOf(halfClose)
    expect(number('with allowHalfOpen')).to.equal(5_120)
    expect(number('without it')).to.equal(0)
    expect(finding('when it then writes').measured).to.equal('EPIPE')
  })
})
