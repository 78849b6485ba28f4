import { expect } from 'chai'
import { halfOpen } from '@/lab/experiments/halfOpen.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment half-open', () => {
  it('finds that a heartbeat notices silence, and that keepalive behind a proxy notices nothing', async function () {
    this.timeout(20_000)
    const { number, finding } = await reportOf(halfOpen, 0.1)
    expect(number('with a heartbeat')).to.be.at.least(100)
    expect(finding('what it says then').measured).to.equal('IDLE_TIMEOUT')
    expect(finding('but with keepalive, learns').measured).to.equal('nothing')
    const { verdict, note } = finding('a cable that was really cut')
    expect(verdict).to.equal('not seen')
    expect(note).to.match(/this run is a short one|network namespace/)
  })
})
