import { expect } from 'chai'
import { nagle } from '@/lab/experiments/nagle.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment nagle', () => {
  it('finds two small writes a message far slower with Nagle on than with it off, or in one write', async function () {
    this.timeout(15_000)
    const { number } = await reportOf(nagle)
    const stalled = number('two writes a message, Nagle on')
    expect(stalled).to.be.above(0)
    expect(number('Nagle off')).to.be.above(3 * stalled)
    expect(number('one write a message')).to.be.above(3 * stalled)
  })
})
