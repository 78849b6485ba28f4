import { expect } from 'chai'
import { bout, type Mode, percentileNs, type Score } from '@/bench/index.js'
import { delaysNs } from '@/bench/paced.js'
import { stalling, STALL_MS, STALLING_COUNT } from '../support/stallingContender.js'
import { trialPlan } from '../support/trialPlan.js'

const inMode = async (mode: Mode): Promise<Score> => {
  const entrant = { contender: stalling, load: { bytes: 64, count: STALLING_COUNT } }
  const [score] = await bout([entrant], { heats: 1, rounds: 1, mode }, trialPlan())
  if (score === undefined) throw new Error('there is no score')
  return score
}

describe('the modes of a bout', function () {
  this.timeout(120_000)

  it('show in an open loop every message that a stall has delayed, also those that could not leave meanwhile', async () => {
    // At 1,000 messages a second 200 are to leave while the receiver stalls, and 150 of 300 wait 50 ms or more.
    const { latencies, samples } = await inMode({ kind: 'open', perSecond: 1_000 })
    if (latencies === undefined) throw new Error('nothing was timed')
    expect(latencies).to.include({ count: STALLING_COUNT })
    expect(latencies.maxNs).to.be.at.least((STALL_MS - 1) * 1e6)
    expect(percentileNs(latencies, 60)).to.be.at.least(50e6)
    expect(samples).to.have.lengthOf(1)
  })

  it('show in a closed loop one message delayed, whatever the stall kept from being sent', async () => {
    const { latencies } = await inMode({ kind: 'closed' })
    expect(latencies).to.include({ count: STALLING_COUNT })
    expect(latencies?.maxNs).to.be.at.least(STALL_MS * 1e6)
  })

  it('reckon from the time at which a message was to leave, not from the one at which it left', () => {
    const schedule = { firstMs: 1_000, stepMs: 2 }
    expect([...delaysNs(schedule, Float64Array.of(1_001, 1_010, 1_010))]).to.deep.equal([1e6, 8e6, 6e6])
  })
})
