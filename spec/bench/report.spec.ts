import { expect } from 'chai'
import { type Answer, describeAnswer, describeEnvironment, describeVerdicts, environment } from '@/bench/index.js'
import { fixedQuestion } from '../support/fixedQuestion.js'

const samples = [0.8, 1, 0.9]
const ANSWER: Answer = {
  figures: [{ name: 'pace', unit: 'messages/s', samples: [1_234_567] }],
  promised: [
    { name: 'kept', goal: { atLeast: 0.9 }, unit: '', samples },
    { name: 'broken', goal: { atMost: 0.85 }, unit: 'MiB', samples },
  ],
  notes: ['only a spec'],
}
const report = {
  environment: environment(),
  startedAt: '2026-01-01T00:00:00.000Z',
  answers: [{ question: 'fixed', asks: 'What?', answer: ANSWER }],
}

describe('a report', () => {
  it('says of each promised number what the goal is, what was measured and whether it holds', () => {
    const text = describeAnswer(fixedQuestion(ANSWER), ANSWER, 'quick')
    expect(text).to.match(/pace +1,234,567 +messages\/s/)
    expect(text).to.match(/kept +goal at least 0\.9 +measured 0\.9 +\(0\.85 to 0\.95\) +holds/)
    expect(text).to.match(/broken +goal at most 0\.85 +measured 0\.9 MiB +\(0\.85 to 0\.95\) +falls short/)
    expect(text).to.contain('note: only a spec')
  })

  it('counts the promised numbers that hold and names the others, and judges none by a trial', () => {
    expect(describeVerdicts({ ...report, pace: 'quick' })).to.equal(
      '\n1 of 2 promised numbers hold\n  falls short: broken\n',
    )
    expect(describeVerdicts({ ...report, pace: 'trial' })).to.equal('')
    expect(describeVerdicts({ ...report, answers: [], pace: 'full' })).to.equal('')
  })

  it('begins with where it was made', () => {
    expect(describeEnvironment(report.environment)).to.match(/^Node v\d+.*\d+ x /)
  })
})
