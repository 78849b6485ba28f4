import { expect } from 'chai'
import { slowReader } from '@/lab/experiments/slowReader.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment slow-reader', () => {
  it('finds that only a writer that listens, or an outbox, bounds what is held for who does not read', async () => {
    const { number, finding } = await reportOf(slowReader)
    const careless = number('does not look at what write() says')
    expect(careless).to.be.above(2 * number('waits for "drain"'))
    expect(number('maxOutboxBytes')).to.be.at.most(2_162_688)
    expect(finding('what transmit() says').measured).to.equal('OUTBOX_FULL')
  })
})
