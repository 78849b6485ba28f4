import { expect } from 'chai'
import { peaksOf } from '@/bench/index.js'
import { bareNetHeedless, pipelinedToTheBrim } from '../../benchmarks/contenders/heedless.js'

const MIB = 1_048_576
const TIMEOUT = { timeoutMs: 60_000 }

describe('the peaks of a sample', function () {
  this.timeout(120_000)
  this.slow(10_000)

  it('come after a receiver that dawdles at each message has dawdled at all of them', async () => {
    const { elapsedMs } = await peaksOf(bareNetHeedless, { bytes: 64, count: 20 }, TIMEOUT, { duty: { dawdleMs: 10 } })
    expect(elapsedMs).to.be.at.least(200)
  })

  it('show that a heedless sender keeps what a slow reader has not read, and that one of ours is held back', async () => {
    const load = { bytes: MIB, count: 96 }
    const slow = { duty: { dawdleMs: 5 } }
    const heedless = await peaksOf(bareNetHeedless, load, TIMEOUT, slow)
    expect(heedless.clientBytes).to.be.above(64 * MIB)
    expect(heedless.behindMs).to.be.above(200)
    const bounded = await peaksOf(pipelinedToTheBrim, load, TIMEOUT, slow)
    expect(bounded.clientBytes).to.be.below(heedless.clientBytes)
  })
})
