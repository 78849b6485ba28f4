import { expect } from 'chai'
import { partialWrite } from '@/lab/experiments/partialWrite.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment partial-write', () => {
  it('finds that the system takes some, that write() accepts all, and that nothing is lost of it', async () => {
    const { number, finding } = await reportOf(partialWrite)
    expect(number('bytes the system takes')).to.be.above(65_536)
    expect(number('says false for the first time')).to.be.within(16_384, 131_072)
    expect(number('after it has said false')).to.equal(4_194_304)
    expect(finding('send queue here').measured).to.be.oneOf(['yes', '-'])
    expect(finding('all of it arrives').measured).to.equal('yes')
  })
})
