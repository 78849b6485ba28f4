import { expect } from 'chai'
import { backPressure } from '@/lab/experiments/backPressure.js'
import { reportOf } from '../../support/reportOf.js'

describe('the experiment back-pressure', () => {
  it('finds that an inbox of four lets five messages leave, and who awaits gets no further ahead', async () => {
    const { number, report } = await reportOf(backPressure)
    expect(number('those that leave while the hook')).to.equal(5)
    expect(number('wait at the sender')).to.equal(7)
    expect(number('have arrived when the hook has gone on')).to.equal(12)
    expect(number('gets ahead of a consumer')).to.be.within(1, 6)
    const [ladder] = report.figures
    if (ladder?.kind !== 'ladder') return expect.fail('the first figure is no ladder')
    expect(ladder.rows.some((row) => row.event === 'note' && row.about === 'withheld')).to.equal(true)
  })
})
