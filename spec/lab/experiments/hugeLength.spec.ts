import { expect } from 'chai'
import { hugeLength } from '@/lab/experiments/hugeLength.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment huge-length', () => {
  it('finds that a careless reader takes what was announced, and ours refuses it or holds a little', async () => {
    const { number, finding } = await reportOf(hugeLength)
    const careless = finding('Buffer.alloc(length)')
    if (careless.verdict !== 'not seen') expect(careless.value).to.be.above(1_000_000_000)
    expect(number('a server of this library takes')).to.be.below(100_000_000)
    expect(finding('what it answers').measured).to.equal('ff00')
    expect(finding('its connection ends with').measured).to.equal('MESSAGE_TOO_LARGE')
    expect(number('that streams large messages')).to.be.below(8_388_608)
    expect(finding('leaves in the middle').measured).to.equal('FRAME_TRUNCATED')
  })
})
