import { expect } from 'chai'
import { manyWrites } from '@/lab/experiments/manyWrites.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment many-writes', () => {
  it('finds that a thousand writes need no thousand reads, and that gathered writes cost less', async () => {
    const { number } = await reportOf(manyWrites)
    expect(number('reads for 1,000 writes')).to.be.within(1, 500)
    expect(number('reads for 50 such writes')).to.be.within(1, 50)
    expect(number('when they are corked')).to.be.above(1)
  })
})
