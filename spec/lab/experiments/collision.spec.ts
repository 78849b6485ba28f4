import { expect } from 'chai'
import { collision } from '@/lab/experiments/collision.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment collision', () => {
  it('finds that two first drafts lose both messages, and that ours deliver both', async function () {
    this.timeout(15_000)
    const { number, report } = await reportOf(collision)
    expect(number('that two first drafts send')).to.be.at.most(1)
    expect(number('that two connections of this library send')).to.equal(2)
    const ladders = report.figures.filter(({ kind }) => kind === 'ladder')
    expect(ladders).to.have.lengthOf(2)
  })
})
