import { expect } from 'chai'
import { pipelining } from '@/lab/experiments/pipelining.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment pipelining', () => {
  it('finds strict senders slower than those with a window, and these the faster the wider it is', async function () {
    this.timeout(20_000)
    const { number } = await reportOf(pipelining)
    const strict = number('strict, over a line')
    const small = number('with a window of 1040 bytes')
    expect(strict).to.be.within(0.1, 100)
    expect(small).to.be.above(strict)
    expect(number('with a window of 4 MiB')).to.be.above(small)
  })
})
