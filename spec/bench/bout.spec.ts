import { expect } from 'chai'
import { bout, type Contender, type Entrant } from '@/bench/index.js'
import * as faults from '../../benchmarks/contenders/faulty.js'
import { trialPlan } from '../support/trialPlan.js'

const { FAULTY_BYTES } = faults

const SHORT = { heats: 1, rounds: 1 }
const entrant = (contender: Contender): Entrant => ({ contender, load: { bytes: FAULTY_BYTES, count: 10 } })

/** What a bout has to complain about in which one contender sends ten messages, and maybe lives together with others. */
const complaint = (contender: Contender, timeoutMs?: number, others: readonly Contender[] = []): Promise<string> => {
  const course = { ...SHORT, together: others.length > 0 }
  return bout([...others, contender].map(entrant), course, trialPlan(timeoutMs)).then(
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

  it('lets contenders live in the same two processes, where it is told so and nowhere else', async () => {
    const hermits = [faults.hermitA, faults.hermitB].map(entrant)
    const apart = await bout(hermits, SHORT, trialPlan())
    expect(apart.map(({ name, samples }) => [name, samples.length])).to.deep.equal([
      ['hermit', 1],
      ['another hermit', 1],
    ])
    expect(await complaint(faults.hermitB, undefined, [faults.hermitA])).to.match(/hermit: serve: .*lives here already/)
  })

  it('measures those that live together one by one, and names the one that is at fault', async () => {
    const both = await bout([faults.faultless, faults.hermitA].map(entrant), { ...SHORT, together: true }, trialPlan())
    expect(both.map(({ samples }) => samples[0]?.count)).to.deep.equal([10, 10])
    expect(await complaint(faults.altering, undefined, [faults.faultless])).to.match(/^alters: .*message 0/)
  })

  it('gives each sample a connection of its own, where it is told so and nowhere else', async () => {
    const course = { heats: 1, rounds: 2 }
    const [score] = await bout([entrant(faults.brief)], { ...course, anew: true }, trialPlan())
    expect(score?.samples).to.have.length(2)
    await bout([entrant(faults.brief)], course, trialPlan()).then(
      () => expect.fail('both samples went over one connection'),
      (error: Error) => expect(error.message).to.contain('one sample was enough'),
    )
  })
})
