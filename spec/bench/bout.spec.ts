import { expect } from 'chai'
import { bout, type Contender } from '@/bench/index.js'
import * as faults from '../../benchmarks/contenders/faulty.js'
import { trialPlan } from '../support/trialPlan.js'

const { FAULTY_BYTES } = faults

/** What a bout in which one contender sends ten messages has to complain about. */
const complaint = (contender: Contender, timeoutMs?: number): Promise<string> => {
  const entrant = { contender, load: { bytes: FAULTY_BYTES, count: 10 } }
  return bout([entrant], { heats: 1, rounds: 1 }, trialPlan(timeoutMs)).then(
    () => 'nothing',
    (error: Error) => error.message,
  )
}

describe('a bout', function () {
  this.timeout(120_000)
  this.slow(5_000)

  it('lets a contender without a fault pass', async () => {
    expect(await complaint(faults.faultless)).to.equal('nothing')
  })

  const FAULTS: readonly (readonly [contender: Contender, message: RegExp])[] = [
    [faults.losingOne, /message 3/],
    [faults.swapping, /message 0/],
    [faults.altering, /message 0/],
    [faults.doubling, /after the last of 10 messages/],
  ]
  for (const [contender, message] of FAULTS) {
    it(`fails when a contender ${contender.name}`, async () => {
      expect(await complaint(contender))
        .to.match(message)
        .and.to.contain(contender.name)
    })
  }

  for (const contender of [faults.losingLast, faults.unsettled]) {
    it(`fails, and in time, when a contender ${contender.name}`, async () => {
      expect(await complaint(contender, 3_000))
        .to.contain(`${contender.name}:`)
        .and.to.contain('did not settle within 3000 ms')
    })
  }
})
