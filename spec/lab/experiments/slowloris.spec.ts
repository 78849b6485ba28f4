import { expect } from 'chai'
import { slowloris } from '@/lab/experiments/slowloris.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment slowloris', () => {
  it('finds that a time for the message throws slow senders out, and who has not opened, too', async function () {
    this.timeout(15_000)
    const { number, finding } = await reportOf(slowloris)
    expect(number('messageTimeoutMs of 400 still serves')).to.equal(0)
    expect(finding('what their connections ended with').measured).to.equal('MESSAGE_TIMEOUT')
    expect(finding('do not even open').measured).to.equal('OPENING_TIMEOUT')
  })
})
