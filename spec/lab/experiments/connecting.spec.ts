import { expect } from 'chai'
import { connecting } from '@/lab/experiments/connecting.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment connecting', () => {
  it('finds a refusal, a queue that takes its backlog and one more, and who is connected to nobody', async function () {
    this.timeout(15_000)
    const { number, finding } = await reportOf(connecting)
    expect(finding('where nobody listens').measured).to.equal('ECONNREFUSED')
    expect(number('succeed at once')).to.be.within(1, 40)
    expect(number('program that never accepts')).to.be.within(1, 4)
    expect(finding('to such a success').measured).to.equal('OPENING_TIMEOUT')
    expect(finding('when the queue is full').measured).to.equal('CONNECT_TIMEOUT')
  })
})
