import { expect } from 'chai'
import { answerAll, describeAnswer } from '@/bench/index.js'
import { QUESTIONS } from '../benchmarks/questions.js'

describe('benchmarks', function () {
  this.timeout(240_000)
  this.slow(5_000)

  const FEW = ['pipelined', 'ws']
  for (const question of QUESTIONS) {
    const hasFew = FEW.every((wanted) => question.contenders?.some(({ name }) => name === wanted))
    it(`answers ${question.name} in a trial in which everything arrives, and judges nothing by it`, async () => {
      const { answers } = await answerAll([question], 'trial', {
        wishes: hasFew ? { only: FEW } : {},
        progress: () => {},
        answered: () => {},
      })
      const [{ answer } = { answer: { figures: [], promised: [] } }] = answers
      expect(answer.figures).not.to.have.lengthOf(0)
      const told = describeAnswer(question, answer, 'trial')
      expect(told, told).to.not.match(/NaN|holds|falls short/)
    })
  }
})
